"""Apps registered at a running portal by its operator."""

import secrets
from dataclasses import dataclass
from typing import Any

import requests
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.support.portals import Portal

CALLBACK = "https://app.example.com/callback"
SCOPE = "openid profile email"


@dataclass
class RegisteredApp:
    """An app's credentials, and what a client has to be configured with."""

    issuer: str
    client_id: str
    client_secret: str | None
    redirect_uri: str = CALLBACK
    scope: str = SCOPE

    @property
    def settings(self) -> dict[str, Any]:
        """All that clients are told; they discover the rest."""
        return {
            "issuer": self.issuer,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "redirect_uri": self.redirect_uri,
            "scope": self.scope,
        }


def register_app(portal: Portal, *options: str, redirect_uri: str = CALLBACK) -> RegisteredApp:
    """A new app by `flask client create` with these options; without a redirect URI if that is empty."""
    uris = ("--redirect-uri", redirect_uri) if redirect_uri else ()
    made = portal.flask_json("client", "create", f"App {secrets.token_hex(5)}", *uris, *options)
    return RegisteredApp(portal.url, made["client_id"], made["client_secret"], redirect_uri)


def define_scope(portal: Portal, audience: str) -> str:
    """The name of a new scope for that audience."""
    name = f"station.{secrets.token_hex(4)}"
    texts = ("--description-en", "Read the weather", "--description-de", "Das Wetter lesen")
    portal.flask("scope", "create", name, *texts, "--audience", audience)
    return name


def discovered(portal: Portal) -> dict[str, str]:
    """The portal's metadata."""
    found: dict[str, str] = requests.get(f"{portal.url}/.well-known/openid-configuration", timeout=30).json()
    return found


def id_token_claims(portal: Portal, id_token: str) -> dict[str, Any]:
    """The claims, after checking the signature by the published keys."""
    keys = KeySet.import_key_set(requests.get(discovered(portal)["jwks_uri"], timeout=30).json())
    return jwt.decode(id_token, keys, algorithms=["RS256"]).claims
