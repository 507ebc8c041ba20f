"""Access tokens for the weather station: right ones, as the portal gives them, and wrong ones signed with its own key."""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from joserfc import jwt

from app import create_app
from app.crypto import base64url
from app.database.rows import db
from app.oauth.keys import ring, rotation
from tests import factories as make
from tests.examples.servers import AUDIENCE
from tests.support.databases import make_settings
from tests.support.portals import Portal

SCOPE = "weather.read"
SCOPES = {SCOPE: AUDIENCE, "weather.write": AUDIENCE, "tides.read": "https://tides.example"}


class Operator:
    """Somebody who makes scopes and apps at a running portal, beside it and on its database."""

    def __init__(self, portal: Portal, folder: Path) -> None:
        self.portal = portal
        self.app = create_app(make_settings(portal.database_url, folder))
        for name, audience in SCOPES.items():
            make.make_scope(self.app, name, audience)
        self.reader("EdDSA")  # published from the first app on, and a resource server keeps what it read

    def close(self) -> None:
        """Leave no connection open."""
        with self.app.app_context():
            for engine in db.engines.values():
                engine.dispose()

    def reader(self, alg: str | None = None) -> make.App:
        """An app of its own with every scope of the examples."""
        grants = ("client_credentials",)
        return make.make_client(self.app, grant_types=grants, scopes=tuple(SCOPES), alg=alg, redirect_uris=[])

    def token(self, app: make.App, scope: str = SCOPE) -> str:
        """What the portal gives that app for itself."""
        form = {"grant_type": "client_credentials", "scope": scope}
        answer = requests.post(f"{self.portal.url}/oauth/token", form, auth=app.auth, timeout=30)
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def rotate_keys(self) -> None:
        """Let the next keys sign."""
        with self.app.app_context():
            ring.current().refresh(force=True)
            rotation.rotate_keys(3600, at_once=True)
            db.session.commit()


class Forger:
    """Signs whatever a test wants with the portal's own key: everything about such a token may be wrong but that."""

    def __init__(self, operator: Operator) -> None:
        with operator.app.app_context():
            self._key = ring.current().signing_key("RS256")
        issuer = operator.portal.url
        self._claims = {"iss": issuer, "aud": AUDIENCE, "sub": "x", "client_id": "x", "scope": SCOPE}

    def forge(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token that is right but for these changes; None leaves a claim or a parameter of the header out."""
        head, claims = _given(self._header(), header or {}), _given(self._all_claims(), changes)
        return jwt.encode(head, claims, self._key, default_type=None)

    def by_public_key(self) -> str:
        """A token whose MAC is made with the public key, for verifiers that believe the header's ``alg``."""
        body = self._unsigned(alg="HS256")
        public = self._key.as_pem(private=False)  # type: ignore[union-attr]
        return f"{body}.{base64url(hmac.digest(public, body.encode(), hashlib.sha256))}"

    def unsigned(self) -> str:
        """A token that says ``alg: none``."""
        return f"{self._unsigned(alg='none')}."

    def _unsigned(self, **header: str) -> str:
        parts = self._header() | header, self._all_claims()
        return ".".join(base64url(json.dumps(part).encode()) for part in parts)

    def _header(self) -> dict[str, Any]:
        return {"alg": "RS256", "kid": self._key.kid, "typ": "at+jwt"}

    def _all_claims(self) -> dict[str, Any]:
        moment = int(time.time())
        return {**self._claims, "iat": moment, "exp": moment + 600, "jti": secrets.token_hex(8)}


def _given(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (values | changes).items() if value is not None}


Attack = Callable[[Forger], str]
ATTACKS: dict[str, Attack] = {
    "no token at all": lambda _forger: "nonsense",
    "expired": lambda forger: forger.forge(exp=int(time.time()) - 5),
    "without an end": lambda forger: forger.forge(exp=None),
    "of another issuer": lambda forger: forger.forge(iss="https://elsewhere.example"),
    "for another service": lambda forger: forger.forge(aud="https://tides.example"),
    "for services without a name": lambda forger: forger.forge(aud="api://default"),
    "without an audience": lambda forger: forger.forge(aud=None),
    "without a client": lambda forger: forger.forge(client_id=None),
    "an id_token": lambda forger: forger.forge({"typ": "JWT"}),
    "of no type": lambda forger: forger.forge({"typ": None}),
    "of an unknown key": lambda forger: forger.forge({"kid": "invented"}),
    "of no key": lambda forger: forger.forge({"kid": None}),
    "changed on its way": lambda forger: forger.forge()[:-8] + "AAAAAAAA",
    "signed by the public key": lambda forger: forger.by_public_key(),
    "not signed": lambda forger: forger.unsigned(),
}
