"""A program that registers itself, for tests: what it asks for, and what it does with the answer."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.clients.dynamic import initial_tokens
from app.database.rows import db
from tests import factories as make

PATH = "/oauth/register"
WHOLE: dict[str, Any] = {"redirect_uris": [make.CALLBACK], "client_name": "Weather Station"}


@dataclass(frozen=True)
class Registered:
    """The answer to a registration, and what can be done with it."""

    http: FlaskClient
    answer: dict[str, Any]

    @property
    def path(self) -> str:
        """Where it is managed."""
        return urlsplit(self.answer["registration_client_uri"]).path

    @property
    def headers(self) -> dict[str, str]:
        """What lets manage it."""
        return make.with_token(self.answer["registration_access_token"])

    @property
    def app(self) -> make.App:
        """The app as other tests know one."""
        uris = self.answer.get("redirect_uris", [""])
        return make.App(self.answer["client_id"], self.answer.get("client_secret"), uris[0])

    def read(self) -> TestResponse:
        """What it is told about itself."""
        return self.http.get(self.path, headers=self.headers)

    def replace(self, **metadata: Any) -> TestResponse:
        """Ask for other metadata; the client_id goes along unless it is named."""
        sent = {"client_id": self.answer["client_id"], **metadata}
        return self.http.put(self.path, headers=self.headers, json=sent)

    def end(self) -> TestResponse:
        """Ask for its end."""
        return self.http.delete(self.path, headers=self.headers)


def ask(http: FlaskClient, token: str | None = None, **metadata: Any) -> TestResponse:
    """What the endpoint answers to this metadata beside that of :data:`WHOLE`; None leaves a member out."""
    sent = {name: value for name, value in {**WHOLE, **metadata}.items() if value is not None}
    return http.post(PATH, json=sent, headers=make.with_token(token) if token else {})


def register(http: FlaskClient, token: str | None = None, **metadata: Any) -> Registered:
    """Register an app with this metadata."""
    response = ask(http, token, **metadata)
    assert response.status_code == 201, response.text
    return Registered(http, dict(response.json or {}))


def make_token(app: Flask, name: str = "Build server", **changes: Any) -> str:
    """A registration token."""
    with app.app_context():
        _row, text = initial_tokens.create_token(name, by=None, **changes)
        db.session.commit()
        return text
