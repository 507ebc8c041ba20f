"""A portal with an owner, a person and two apps: the stage of every provoked failure."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.clients import client_secrets, disabling, registration
from app.clients.models import Client, ClientSecret
from app.consents.decisions import withdraw_consent
from app.database.rows import db
from app.scopes.definitions import delete_scope
from app.users import accounts
from tests import factories as make


@dataclass
class World:
    """Everything is made when it is first asked for; `http` is a program without cookies."""

    app: Flask

    @cached_property
    def http(self) -> FlaskClient:
        return self.app.test_client()

    @cached_property
    def owner(self) -> make.Person:
        return make.make_user(self.app, "owner")

    @cached_property
    def person(self) -> make.Person:
        return make.make_user(self.app, "person")

    @cached_property
    def browser(self) -> FlaskClient:
        return make.browser_of(self.app, self.person)

    @cached_property
    def client(self) -> make.App:
        return self.make_client()

    @cached_property
    def other(self) -> make.App:
        return self.make_client()

    @cached_property
    def tokens(self) -> dict[str, Any]:
        return make.tokens_for(self.client, self.browser)

    @cached_property
    def code(self) -> str:
        return make.authorize(self.client, self.browser)

    def make_client(self, **changes: Any) -> make.App:
        return make.make_client(self.app, self.owner, **changes)

    def token(self, **fields: Any) -> TestResponse:
        """What the token endpoint answers to these fields."""
        return self.http.post("/oauth/token", data=fields)

    def app_only(self, client: make.App | None = None, **fields: Any) -> TestResponse:
        """A client_credentials request."""
        return self.token(grant_type="client_credentials", **{**(client or self.client).form, **fields})

    def userinfo(self, token: str) -> TestResponse:
        return self.http.get("/oauth/userinfo", headers=make.with_token(token))

    def token_gone(self, token: str) -> bool:
        """Revoke this token, as its app does."""
        return self.http.post("/oauth/revoke", data={"token": token, **self.client.form}).status_code == 200

    def ask(self, client: make.App | None = None, **changes: str | None) -> TestResponse:
        return make.ask(self.browser, client or self.client, **changes)

    def change(self, rule: Callable[[Client], object], client: make.App | None = None) -> None:
        """Run a rule on the row of an app."""
        with self.app.app_context():
            row = registration.find_client((client or self.client).id)
            assert row is not None
            rule(row)
            db.session.commit()

    def secret(self, change: Callable[[Client, ClientSecret], object]) -> None:
        """Run a rule on the app's only secret."""
        self.change(lambda row: change(row, client_secrets.list_live(row)[0]))

    def disable(self) -> None:
        self.change(lambda row: disabling.disable_client(row, "owner", actor_id=None))

    def require_second_factor(self) -> None:
        self.change(lambda row: setattr(row, "second_factor_required", True))

    def withdraw(self) -> None:
        with self.app.app_context():
            withdraw_consent(self.person.id, self.client.id)
            db.session.commit()

    def delete_scope(self, name: str) -> None:
        """Delete this scope although apps have it."""
        with self.app.app_context():
            delete_scope(name, even_if_used=True)
            db.session.commit()

    def person_does(self, rule: Callable[[Any], object]) -> None:
        """Run a rule of `accounts` on the person."""
        with self.app.app_context():
            rule(accounts.get_user(self.person.id))
            db.session.commit()


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def later(**lapse: float) -> AbstractContextManager[Any]:
    """The world some time from now."""
    return time_machine.travel(datetime.now(UTC) + timedelta(**lapse), tick=True)
