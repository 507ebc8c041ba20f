from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.clients import registration
from app.clients.models import Client, ClientSecret
from app.database.rows import db
from app.users import accounts
from tests.authentication.visitors import make_user
from tests.clients.developers import make_client


@pytest.fixture(autouse=True)
def anna(app: Flask, app_context: Any) -> str:
    return make_user(app)


def test_a_deleted_app_takes_its_secrets_along_and_frees_its_name(anna: str) -> None:
    client, _secret = make_client("anna")
    registration.delete_client(client, actor_id=anna)
    db.session.commit()
    assert db.session.scalars(select(ClientSecret)).all() == []
    make_client("anna")


def test_apps_go_with_the_account_of_their_owner(app: Flask) -> None:
    make_user(app, "ben", "ben@example.org")
    make_client("anna")
    kept, _secret = make_client("ben", name="Ben's app")
    anna = accounts.find_user("anna")
    assert anna is not None
    accounts.delete(anna)
    db.session.commit()
    assert db.session.scalars(select(Client)).all() == [kept]
