"""Whatever is sent to a form, the answer is a page: never a 5xx, never a traceback, never the password."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.test import TestResponse

from app.authentication.models import SignInFailures
from app.connections.limits import body_limit
from app.database.rows import db
from tests import factories as make
from tests.every import routes

FORM = "application/x-www-form-urlencoded"
NASTY = [
    "%ff%fe", "a%00b", "%C3%A4%F0%9F%92%A9", "%22%27%5C%3Cscript%3Ealert(1)%3C/script%3E", "x" * 9_000,
    "%0d%0aSet-Cookie:%20a=b", "%ED%A0%80", "%E2%80%AE%E2%80%8B", "%27%20OR%201=1--", "", "9" * 400,
]  # fmt: skip
SECRET = "a-password-nobody-shows-again"
# They end the session or the account that the other requests need.
# What the script of the passkeys asks; their other forms lie below.
OF_SCRIPTS = ("/passkey", "/passkey/options", "/passkeys", "/passkeys/options")
ENDING = {"/logout", "/oauth/logout/confirm", "/account/sessions/end-others", "/oauth/account"}


def forms(app: Flask, world: routes.World) -> list[str]:
    """The addresses that pages post to."""
    found = {routes.address(rule, world.values) for rule in routes.rules(app, "POST") if routes.is_page(rule)}
    return sorted(found - ENDING)


def fields_of(browser: FlaskClient, path: str) -> list[str]:
    page = browser.get(path)
    names = re.findall(r'<(?:input|select|textarea)[^>]* name="([^"]+)"', page.text)
    return sorted(set(names) - {"csrf_token"}) or ["name", "confirm", "password", "decision"]


def forgive_wrong_passwords(app: Flask) -> None:
    """After five of them no form looks at a password any more."""
    with app.app_context():
        db.session.execute(delete(SignInFailures))
        db.session.commit()


def check(response: TestResponse) -> None:
    assert response.status_code < 500, response.text[-3000:]
    assert response.status_code != 429, response.request.path
    assert "Traceback" not in response.text
    assert "<script>alert" not in response.text
    assert "Set-Cookie: a=b" not in str(response.headers)
    assert response.headers["X-Request-Id"]


@pytest.mark.parametrize("signed_in", [True, False])
def test_nasty_values_in_every_form(
    app: Flask, browser: FlaskClient, world: routes.World, signed_in: bool
) -> None:
    visitor = browser if signed_in else app.test_client()
    token = make.csrf_token(visitor.get("/account/profile" if signed_in else "/login"))
    for path in forms(app, world):
        fields = fields_of(visitor, path)
        for value in NASTY:
            body = "&".join(f"{name}={value}" for name in fields)
            # Every name twice: fields of one value take the first, lists take both.
            data = f"csrf_token={token}&{body}&{body}"
            check(visitor.post(f"{path}?next={value}", data=data, content_type=FORM))
            forgive_wrong_passwords(app)
    assert signed_in == (visitor.get("/account/profile").status_code == 200)


@pytest.mark.any_database
@pytest.mark.parametrize("signed_in", [True, False])
def test_nasty_values_in_the_address_of_every_form(
    app: Flask, browser: FlaskClient, world: routes.World, signed_in: bool
) -> None:
    visitor = browser if signed_in else app.test_client()
    for path in forms(app, world):
        for value in NASTY:
            check(visitor.get(f"{path}?next={value}&page={value}&cause={value}&before={value}"))


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{}", "application/json"),
        (b"--x\r\n", "multipart/form-data; boundary=x"),
        (b"\xff\xfe", "text/plain"),
        (b"=&&=", FORM),
    ],
)
def test_bodies_that_are_no_forms(
    app: Flask, browser: FlaskClient, world: routes.World, body: bytes, content_type: str
) -> None:
    token = make.csrf_token(browser.get("/account/profile"))
    for path in forms(app, world):
        check(browser.post(path, data=body, content_type=content_type))
        check(browser.post(path, data=body, content_type=content_type, headers={"X-CSRFToken": token}))


@pytest.mark.any_database
def test_oversized_bodies_are_refused(app: Flask, browser: FlaskClient, world: routes.World) -> None:
    for visitor in (browser, app.test_client()):
        for path in (*forms(app, world), *ENDING, "/oauth/authorize"):
            answer = visitor.post(path, data=b"name=" + b"x" * body_limit(path), content_type=FORM)
            kind = "application/json" if path.endswith(OF_SCRIPTS) else "text/html"
            assert (answer.status_code, answer.mimetype) == (413, kind), path


@pytest.mark.any_database
def test_a_refused_form_never_shows_the_password_again(app: Flask) -> None:
    for path in ("/login", "/register"):
        visitor = app.test_client()
        token = make.csrf_token(visitor.get(path))
        fields = {"csrf_token": token, "username": "somebody", "email": "no address", "password": SECRET}
        page = visitor.post(path, data=fields)
        assert page.status_code < 500
        assert SECRET not in page.text
        assert 'value="somebody"' in page.text
