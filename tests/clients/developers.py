"""Developers with their browsers, and apps of theirs."""

import json
import re
from collections.abc import Callable
from typing import Any

from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.clients import registration
from app.clients.details import DEVELOPER_LIMITS, Details, Limits, numbered
from app.clients.models import Client
from app.database.rows import db
from app.users.accounts import find_user
from tests.authentication.visitors import csrf_token, make_user, sign_in

FlaskClientCommand = Callable[..., Result]
CALLBACK = "https://app.example.com/callback"


def developer(app: Flask, username: str = "anna") -> FlaskClient:
    """The browser of a new person, signed in."""
    make_user(app, username, f"{username}@example.org")
    browser = app.test_client()
    assert sign_in(browser, username).status_code in (302, 303)
    return browser


def form_of_new_app(**changes: Any) -> dict[str, Any]:
    """What the form of a new app sends."""
    return {
        "name": "Weather station",
        "description": "Says what it will be like.",
        "homepage_url": "https://weather.example",
        "redirect_uris": CALLBACK,
        "client_type": "confidential",
        "grant_types": ["authorization_code", "refresh_token"],
        "scopes": ["openid", "email"],
        **changes,
    }


def post(
    browser: FlaskClient, path: str, form_on: str = "/dashboard/apps/new", **fields: Any
) -> TestResponse:
    """The answer to a form."""
    return browser.post(path, data={"csrf_token": csrf_token(browser, form_on), **fields})


def register(browser: FlaskClient, **changes: Any) -> tuple[str, str]:
    """The client_id and the page after registering an app by the form."""
    answer = post(browser, "/dashboard/apps/new", **form_of_new_app(**changes))
    assert answer.status_code == 302, answer.text
    page = browser.get(answer.location)
    assert page.status_code == 200
    client_id = shown(page, "client-id")
    assert client_id is not None
    return client_id, page.text


def shown(page: TestResponse, element: str) -> str | None:
    """The text of the code element with this id."""
    found = re.search(rf'<code[^>]* id="{element}"[^>]*>([^<]*)</code>', page.text)
    return found[1] if found else None


def make_client(
    owner: str | None = None, limits: Limits = DEVELOPER_LIMITS, **changes: Any
) -> tuple[Client, str | None]:
    """A new app by the rules, committed; redirect URIs are given as a list."""
    uris = changes.pop("redirect_uris", [CALLBACK])
    user = find_user(owner) if owner else None
    owner_id = user.id if user else None
    details = Details(**{"name": "Weather station", **changes, "redirect_uris": numbered(uris)})
    client, secret = registration.register_client(
        details, owner_id=owner_id, actor_id=owner_id, limits=limits
    )
    db.session.commit()
    return client, secret


def only_app(session: Session) -> Client:
    """The one app there is, as it is now."""
    session.expire_all()
    return session.scalars(select(Client)).one()


def run_flask_client(app: Flask) -> FlaskClientCommand:
    """Runs `flask client ARGUMENTS` of this portal."""

    def run(*arguments: object) -> Result:
        result = app.test_cli_runner().invoke(args=["client", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def created(result: Result) -> dict[str, Any]:
    """The JSON that a successful command printed."""
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert isinstance(answer, dict)
    return answer
