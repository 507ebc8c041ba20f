"""An app named anywhere in a request finds the failure in its log, and everybody else is told the same as ever."""

import base64
import html
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.database.rows import db
from app.diagnostics.models import LoggedRequest
from tests import factories as make
from tests.oauth.test_causes import everything_kept, flush
from tests.oauth.world import World

pytestmark = pytest.mark.any_database

PATHS = ("/oauth/par", "/oauth/token", "/v1/token", "/oauth/revoke", "/oauth/introspect", "/api/authorize")
FORM = {"grant_type": "client_credentials"}
SECRET = "not-one-of-ours-1234567"
Sent = Callable[[str], dict[str, Any]]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def header(value: str) -> dict[str, Any]:
    return {"data": FORM, "headers": {"Authorization": value}}


def unpadded(client_id: str) -> str:
    secret = next(SECRET + "x" * more for more in range(3) if (len(client_id + SECRET) + 1 + more) % 3)
    return encoded(f"{client_id}:{secret}").rstrip("=")


HEADERS: dict[str, tuple[Sent, str, str]] = {
    "not encoded": (lambda app: header(f"Basic {app}:{SECRET}"), "basic_malformed", "not in base64"),
    "without padding": (lambda app: header(f"Basic {unpadded(app)}"), "basic_malformed", "lacks its padding"),
    "without scheme": (
        lambda app: header(encoded(f"{app}:{SECRET}")),
        "basic_malformed",
        "without the word “Basic”",
    ),
    "neither": (lambda app: header(f"{app}:{SECRET}"), "basic_malformed", "without the word “Basic”"),
    "other scheme": (
        lambda app: header(f"Token {app}:{SECRET}"),
        "basic_malformed",
        "Send “Authorization: Basic”",
    ),
    "as Bearer": (lambda app: header(f"Bearer {encoded(f'{app}:{SECRET}')}"), "client_not_named", ""),
    "of nobody, beside a form": (
        lambda app: {
            "data": {**FORM, "client_id": app},
            "headers": {"Authorization": f"Basic {encoded(':x')}"},
        },
        "basic_malformed",
        "",
    ),
    "of a stranger, beside a form": (
        lambda app: {"data": {**FORM, "client_id": app}, "auth": ("e" * 32, SECRET)},
        "two_client_authentications",
        "",
    ),
    "around an id with white space": (
        lambda app: {"data": FORM, "auth": (f"{app}\n", SECRET)},
        "client_unknown",
        "white space",
    ),
}
BODIES: dict[str, tuple[Sent, str]] = {
    "json": (lambda app: {"json": {**FORM, "client_id": app, "client_secret": SECRET}}, "application/json"),
    "a form as text": (
        lambda app: {"data": f"client_id={app}&client_secret={SECRET}", "content_type": "text/plain"},
        "The body is a form already",
    ),
    "a form as nothing": (
        lambda app: {"data": f"token=x&client_id={app}&client_secret={SECRET}".encode()},
        "The body is a form already",
    ),
    "multipart": (
        lambda app: {
            "data": {**FORM, "client_id": app, "client_secret": SECRET},
            "content_type": "multipart/form-data",
        },
        "multipart/form-data",
    ),
}


def page_of(world: World, answer: TestResponse) -> str:
    """The failure as the owner reads it."""
    flush(world.app)
    page = make.browser_of(world.app, world.owner).get(f"/failures/{answer.headers['X-Request-Id']}")
    return html.unescape(page.text)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", HEADERS)
def test_an_app_named_beside_a_broken_header_finds_the_failure_in_its_log(
    world: World, path: str, name: str
) -> None:
    sent, cause, words = HEADERS[name]
    answer = world.http.post(path, **sent(world.client.id))
    page = page_of(world, answer)
    assert f">{cause}</code>" in page
    assert words in page
    assert SECRET not in everything_kept(world.app)


@pytest.mark.parametrize(
    ("path", "name"),
    [(path, name) for path in PATHS for name in BODIES if (path, name) != ("/api/authorize", "json")],
)
def test_an_app_named_in_a_body_that_is_no_form_finds_the_failure_in_its_log(
    world: World, path: str, name: str
) -> None:
    sent, words = BODIES[name]
    page = page_of(world, world.http.post(path, **sent(world.client.id)))
    assert ">body_not_form</code>" in page
    assert words in page
    assert SECRET not in everything_kept(world.app)


@pytest.mark.parametrize("path", PATHS[:-1])
def test_an_app_named_in_an_assertion_that_cannot_be_read_finds_the_failure_in_its_log(
    world: World, path: str
) -> None:
    signed_with_its_secret = jwt.encode({"alg": "HS256"}, {"sub": world.client.id}, OctKey.generate_key())
    answer = world.http.post(path, data={**FORM, "client_assertion": signed_with_its_secret})
    assert ">assertion_malformed</code>" in page_of(world, answer)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("sent", [each[0] for each in (*HEADERS.values(), *BODIES.values())])
def test_the_answer_does_not_tell_whether_there_is_such_an_app(world: World, path: str, sent: Sent) -> None:
    answers = [world.http.post(path, **sent(client_id)) for client_id in (world.client.id, "f" * 32)]
    told = [
        {name: text for name, text in (answer.json or {}).items() if name != "error_uri"}
        for answer in answers
    ]
    assert answers[0].status_code == answers[1].status_code
    assert told[0] == told[1]


@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"[" * 50_000, b'{"client_id": [1]}', b"a=b&" * 500, b'{"client_id":"\\ud800"}']
)
def test_attack_a_body_that_cannot_be_read_is_refused_as_any_other(app: Flask, body: bytes) -> None:
    answer = app.test_client().post("/oauth/token", data=body, content_type="application/json")
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_request")


def test_what_the_answer_of_the_api_tells_itself_is_in_no_log(world: World) -> None:
    answer = world.http.post("/api/authorize", data=b"{", content_type="application/json")
    assert answer.status_code == 400
    flush(world.app)
    with world.app.app_context():
        assert db.session.scalar(select(func.count(LoggedRequest.id))) == 0
