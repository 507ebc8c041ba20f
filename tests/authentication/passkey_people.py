"""People with passkeys, and what the script of the pages asks for them."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.audit.models import Event
from app.authentication.models import Passkey
from app.database.rows import db
from tests import factories as make
from tests.authentication.visitors import csrf_token
from tests.support.authenticators import Authenticator

ISSUER = "http://localhost:8000"
LIST = "/account/security/passkeys"


def ask(browser: FlaskClient, path: str, body: Any = None, *, page: str = "/login") -> TestResponse:
    """What the portal answers to the script of this page."""
    headers = {"X-CSRFToken": csrf_token(browser, page)}
    return browser.post(path, json={} if body is None else body, headers=headers)


def add(browser: FlaskClient, key: Authenticator, body: Any = None, **changes: Any) -> TestResponse:
    """The answer to a new passkey of the person at this browser."""
    body = body or {}
    options = ask(browser, f"{LIST}/options", body, page=LIST)
    assert options.status_code == 200, options.text
    return ask(browser, LIST, {**body, "credential": key.create(options.json, **changes)}, page=LIST)


def owner_of(app: Flask, **of_key: Any) -> tuple[make.Person, Authenticator]:
    """Somebody new with this passkey."""
    person, key = make.make_user(app), Authenticator(ISSUER, **of_key)
    answer = add(make.browser_of(app, person), key)
    assert answer.status_code == 200, answer.text
    return person, key


def options_for(browser: FlaskClient, path: str = "/login/passkey/options", page: str = "/login") -> Any:
    return ask(browser, path, page=page).json


def sign_in(browser: FlaskClient, key: Authenticator, **changes: Any) -> TestResponse:
    """The answer to this passkey at the sign-in page."""
    return ask(browser, "/login/passkey", {"credential": key.get(options_for(browser), **changes)})


def refusal(answer: TestResponse) -> str:
    """The name of what was wrong: a 4xx with a sentence."""
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json["message"].endswith("."), answer.text
    return str(answer.json["error"])


def rows(app: Flask, person: make.Person) -> list[Passkey]:
    with app.app_context():
        query = select(Passkey).where(Passkey.user_id == person.id).order_by(Passkey.id)
        found = list(db.session.scalars(query))
        db.session.expunge_all()
        return found


def events(app: Flask, person: make.Person) -> list[str]:
    with app.app_context():
        query = select(Event.kind).where(Event.user_id == person.id).order_by(Event.id)
        return list(db.session.scalars(query))
