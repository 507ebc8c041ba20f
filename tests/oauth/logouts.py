"""An app that hears of the end of sessions, and a person who is signed in to it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select

from app.clients.registration import find_client
from app.database.rows import db
from app.diagnostics.models import LoggedRequest
from app.extensions import background
from app.oauth.backchannel.models import LogoutDelivery
from tests import factories as make
from tests.support.logout_receivers import LogoutReceiver

EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass
class Stage:
    """Everything is made when it is first asked for."""

    app: Flask
    receiver: LogoutReceiver

    @cached_property
    def owner(self) -> make.Person:
        return make.make_user(self.app, "owner")

    @cached_property
    def person(self) -> make.Person:
        return make.make_user(self.app, "person")

    @cached_property
    def client(self) -> make.App:
        return self.make_client()

    @cached_property
    def browser(self) -> FlaskClient:
        """A browser in which the person is signed in, to the portal and to the app."""
        return self.browser_at(self.client)

    @cached_property
    def other_browser(self) -> FlaskClient:
        """Another one, where the app has not been opened."""
        return make.browser_of(self.app, self.person)

    def make_client(self, path: str = "/logout", **changes: Any) -> make.App:
        changes.setdefault("backchannel_logout_uri", self.receiver.url(path))
        return make.make_client(self.app, self.owner, **changes)

    def browser_at(self, *clients: make.App, person: make.Person | None = None) -> FlaskClient:
        """A new browser of the person, signed in to these apps."""
        browser = make.browser_of(self.app, person or self.person)
        self.sids = [
            make.claims_of(make.tokens_for(client, browser)["id_token"])["sid"] for client in clients
        ]
        return browser

    def deliver(self) -> None:
        """What the worker does every half second."""
        background.init_app(self.app)
        background.run_once()

    def told(self, path: str = "/logout") -> list[dict[str, Any]]:
        """The claims of the tokens that the app at this path was sent, verified with the published keys."""
        return [self.verified(token) for token in self.receiver.tokens_at(path)]

    def verified(self, token: str) -> dict[str, Any]:
        keys = KeySet.import_key_set(self.app.test_client().get("/oauth/jwks.json").json)
        decoded = jwt.decode(token, keys, algorithms=["RS256", "ES256", "EdDSA"])
        assert decoded.header["typ"] == "logout+jwt"
        assert decoded.claims["events"] == {EVENT: {}}
        assert "nonce" not in decoded.claims
        return decoded.claims

    def waiting(self) -> list[LogoutDelivery]:
        """The rows of the outbox."""
        with self.app.app_context():
            return list(db.session.scalars(select(LogoutDelivery).order_by(LogoutDelivery.id)))

    def logged(self, client: make.App | None = None) -> list[LoggedRequest]:
        """The tries in the log of the app, the first one first."""
        query = select(LoggedRequest).where(LoggedRequest.endpoint == "backchannel_logout")
        query = query.where(LoggedRequest.client_id == (client or self.client).id)
        with self.app.app_context():
            return list(db.session.scalars(query.order_by(LoggedRequest.id)))

    def change(self, client: make.App | None = None, **values: Any) -> None:
        """Change the row of an app."""
        with self.app.app_context():
            row = find_client((client or self.client).id)
            for name, value in values.items():
                setattr(row, name, value)
            db.session.commit()


def post(browser: FlaskClient, path: str, page: str = "/account/sessions", **fields: str) -> None:
    """Press a button of a page."""
    answer = browser.post(path, data={"csrf_token": make.csrf_token(browser.get(page)), **fields})
    assert answer.status_code in (302, 303), f"{answer.status_code} {answer.text[:800]}"
