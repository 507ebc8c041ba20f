"""A process remembers apps and people; nothing it remembers outlives a change, however it was made."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.clients import client_secrets, disabling, registration
from app.clients.models import Client
from app.database.rows import db
from app.users.models import User
from tests import factories as make

Change = Callable[[Client], object]


def ask(browser: FlaskClient, client: make.App) -> int:
    return browser.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, auth=client.auth
    ).status_code


@pytest.mark.parametrize(
    "change",
    [
        lambda client: disabling.disable_client(client, "owner", actor_id=None),
        lambda client: client_secrets.revoke_secret(client, client.secrets[0], actor_id=None),
        lambda client: client_secrets.rotate(client, actor_id=None),
        lambda client: registration.delete_client(client, actor_id=None),
    ],
    ids=["disabled", "secret revoked", "secret rotated", "deleted"],
)
def test_a_warm_app_is_refused_right_after(app: Flask, client: FlaskClient, change: Change) -> None:
    asking = make.make_client(app)
    assert ask(client, asking) == 200
    with app.app_context():
        found = db.session.get(Client, asking.id)
        assert found is not None
        change(found)
        db.session.commit()
    assert ask(client, asking) == 401


def test_a_new_secret_works_right_after(app: Flask, client: FlaskClient) -> None:
    asking = make.make_client(app)
    assert ask(client, asking) == 200
    with app.app_context():
        found = db.session.get(Client, asking.id)
        assert found is not None
        _row, secret = client_secrets.add_secret(found, "second", actor_id=None)
        db.session.commit()
    assert ask(client, make.App(asking.id, secret)) == 200
    assert ask(client, asking) == 200


def test_userinfo_tells_a_changed_person_right_after(app: Flask) -> None:
    person = make.make_user(app)
    browser = make.browser_of(app, person)
    headers = make.with_token(make.tokens_for(make.make_client(app), browser)["access_token"])
    assert browser.get("/oauth/userinfo", headers=headers).json["name"] == person.username
    with app.app_context():
        user = db.session.get(User, person.id)
        assert user is not None
        user.name = "Anna Wahl"
        db.session.commit()
    assert browser.get("/oauth/userinfo", headers=headers).json["name"] == "Anna Wahl"
