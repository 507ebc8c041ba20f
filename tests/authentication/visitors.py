"""People with an account, and what their browsers do."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.database.rows import db
from app.extensions import settings
from app.users import accounts
from app.users.passwords import hash_password

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
THERE = "203.0.113.7"
PASSWORD = "Muster-Kiesel-42"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


def make_user(
    app: Flask,
    username: str = "anna",
    email: str = "anna@example.org",
    password: str | None = PASSWORD,
    **more: Any,
) -> str:
    """The id of a new person."""
    with app.app_context():
        password_hash = _hash(settings.password_hasher, password) if password is not None else None
        user = accounts.register(username, email, password_hash=password_hash, **more)
        db.session.commit()
        return user.id


@cache
def _hash(hasher: str, password: str) -> str:
    """The hash that this hasher makes of a password of the tests, made once."""
    return hash_password(password)


def csrf_token(browser: FlaskClient, path: str = "/login") -> str:
    """What the form on this page sends along."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found, f"no form on {path}"
    return found[1]


def sign_in(
    browser: FlaskClient,
    username: str = "anna",
    password: str = PASSWORD,
    *,
    path: str = "/login",
    agent: str = FIREFOX,
    **fields: str,
) -> TestResponse:
    """The answer to the sign-in form."""
    form = {"username": username, "password": password, "csrf_token": csrf_token(browser, path), **fields}
    return browser.post(path, data=form, headers={"User-Agent": agent})


def post(
    browser: FlaskClient, path: str, *, form_on: str = "/account/sessions", **fields: str
) -> TestResponse:
    """The answer to a form that lies on another page."""
    return browser.post(path, data={"csrf_token": csrf_token(browser, form_on), **fields})


def is_signed_in(browser: FlaskClient) -> bool:
    """Whether a page for the signed-in opens."""
    return browser.get("/account/sessions").status_code == 200


def browser_at(app: Flask, address: str = THERE) -> FlaskClient:
    """Another browser, at this address."""
    browser = app.test_client()
    browser.environ_base["REMOTE_ADDR"] = address
    return browser


def copy_of(app: Flask, browser: FlaskClient) -> FlaskClient:
    """Another browser with a copy of the session's cookies of this one, as they are now."""
    copy = app.test_client()
    for name in ("pforte-8000", "pforte-8000-token"):
        cookie = browser.get_cookie(name)
        if cookie is not None:
            copy.set_cookie(name, cookie.value)
    return copy
