"""A device without a browser, and somebody who enters its code."""

import html
import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.clients.grants import DEVICE_CODE
from tests import factories as make

HERE = "127.0.0.1"  # where browsers of tests are
ELSEWHERE = "198.51.100.20"
GRANTS = (DEVICE_CODE, "refresh_token")
SCOPE = "openid profile email"


def make_app(app: Flask, **changes: Any) -> make.App:
    """A public app without redirect URI, such as that of a television."""
    defaults = {"name": "Television", "client_type": "public", "redirect_uris": [], "grant_types": GRANTS}
    return make.make_client(app, **{**defaults, **changes})


@dataclass
class Device:
    """A device that has asked for its codes."""

    http: FlaskClient
    client: make.App
    answer: dict[str, Any]

    @property
    def user_code(self) -> str:
        return str(self.answer["user_code"])

    def poll(self, client: make.App | None = None, **changes: str) -> TestResponse:
        """What the token endpoint answers."""
        fields = {"grant_type": DEVICE_CODE, "device_code": self.answer["device_code"]}
        return self.http.post("/oauth/token", data={**fields, **(client or self.client).form, **changes})

    def error(self) -> str | None:
        """The error that a poll is answered with; None: there are tokens."""
        return (self.poll().json or {}).get("error")

    def tokens(self) -> dict[str, Any]:
        answer = self.poll()
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})


def ask(app: Flask, client: make.App, address: str = HERE, **fields: str) -> TestResponse:
    """What the device authorization endpoint answers."""
    http = app.test_client()
    http.environ_base["REMOTE_ADDR"] = address
    return http.post("/oauth/device_authorization", data={"scope": SCOPE, **client.form, **fields})


def begin(app: Flask, client: make.App, address: str = HERE, **fields: str) -> Device:
    """A device that waits."""
    answer = ask(app, client, address, **fields)
    assert answer.status_code == 200, answer.text
    return Device(app.test_client(), client, dict(answer.json or {}))


def enter(browser: FlaskClient, code: str) -> TestResponse:
    """The page after this code was typed."""
    token = make.csrf_token(browser.get("/device"))
    return browser.post("/device", data={"csrf_token": token, "user_code": code})


def decide(
    browser: FlaskClient,
    page: TestResponse,
    decision: str = "allow",
    ticked: list[str] | None = None,
    **answers: str,
) -> TestResponse:
    """Send the question of ``page``, all boxes of permissions ticked unless told otherwise."""
    fields = {"csrf_token": make.csrf_token(page), "user_code": code_on(page), "decision": decision}
    chosen = make.offered(page) if ticked is None else ticked
    return browser.post("/device", data={**fields, **answers, "scope": chosen})


def allow(browser: FlaskClient, device: Device, **answers: Any) -> TestResponse:
    """Enter the code of the device and allow what it asks for."""
    answer = decide(browser, enter(browser, device.user_code), **answers)
    assert answer.status_code == 303, answer.text
    return answer


def code_on(page: TestResponse) -> str:
    found = re.search(r'type="hidden" name="user_code" value="([^"]+)"', page.text)
    assert found, f"{page.status_code} {page.headers.get('Location')} asks nothing: {page.text[:3000]}"
    return found[1]


def problem(page: TestResponse) -> str:
    """What is wrong with the code."""
    found = re.search(r'id="user_code-error">.*?<p>(.*?)</p>', page.text, re.DOTALL)
    return html.unescape(found[1]) if found else ""
