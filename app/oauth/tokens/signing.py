"""Making and reading tokens: access tokens of :rfc:`9068`, id_tokens of OpenID Connect Core section 2."""

import hashlib
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from joserfc.jws import CompactSignature, JWSRegistry

from ...authentication.methods import acr_of
from ...crypto import base64url
from ...scopes import catalogue
from ..keys import ring
from . import encryption, fitting

if TYPE_CHECKING:
    from config import Settings

ACCESS_TOKEN_TYPE = "at+jwt"
ID_TOKEN_TYPE = "JWT"
WITHOUT_FAMILY = "cc"  # first part of the jti of client_credentials tokens
_REGISTRY = JWSRegistry(algorithms=list(ring.ALGORITHMS))
# OpenID Connect Core 3.1.3.6: half of the hash that goes with the signature; EdDSA's Ed25519 hashes with SHA-512.
_HALF_HASHES = {"RS256": hashlib.sha256, "ES256": hashlib.sha256, "EdDSA": hashlib.sha512}


class Team(NamedTuple):
    """A team as the claim ``team`` names it."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Subject:
    """For whom tokens are issued: the person, or the client itself, and under which family."""

    sub: str
    client_id: str
    alg: str
    family_id: str | None = None
    counter: int = 0
    auth_time: datetime | None = None
    methods: str = ""
    """How the person proved who they are: :mod:`app.authentication.methods`."""
    team: Team | None = None
    """For which team the person gave access; None: for themselves."""
    acr: str | None = None
    """What the ID token says as ``acr``, of the values reached; None: the strongest."""
    jkt: str | None = None
    """The thumbprint of the key that the access tokens are bound to, :rfc:`9449#section-6.1`."""

    def authentication(self) -> dict[str, Any]:
        """Return the claims of :rfc:`9068#section-2.2.1` on when and how the person signed in; none for a client."""
        if self.auth_time is None:
            return {}
        return {
            "auth_time": int(self.auth_time.timestamp()),
            "acr": acr_of(self.methods),
            "amr": self.methods.split(),
        }

    def for_whom(self) -> dict[str, Any]:
        """Return the claim ``team``, whatever scopes were asked for: it says what the token is good for."""
        return {"team": self.team._asdict()} if self.team else {}


def algorithm(client_alg: str | None, settings: "Settings") -> str:
    """What signs for an app: its own choice, else the portal's."""
    return client_alg or settings.access_token_alg


def access_token(subject: Subject, scopes: Sequence[str], settings: "Settings") -> str:
    """A signed access token (inside a JWE where ``SHOULD_ENCRYPT_TOKENS`` says so), good for ``ACCESS_TOKEN_TTL`` seconds."""
    issued_at = int(time.time())
    family = f"{subject.family_id}.{subject.counter}" if subject.family_id else f"{WITHOUT_FAMILY}.0"
    claims: dict[str, Any] = {
        "iss": settings.issuer,
        "sub": subject.sub,
        "aud": audience(scopes, settings),
        "client_id": subject.client_id,
        "iat": issued_at,
        "exp": issued_at + settings.access_token_ttl,
        "jti": f"{family}.{secrets.token_urlsafe(12)}",
    }
    if scopes:
        claims["scope"] = " ".join(scopes)
        claims["scp"] = list(scopes)
    claims |= subject.authentication() | subject.for_whom()
    if subject.jkt is not None:
        claims["cnf"] = {"jkt": subject.jkt}
    token = sign(claims, subject.alg, ACCESS_TOKEN_TYPE)
    if settings.should_encrypt_tokens and settings.jwe_encryption_key is not None:
        return encryption.encrypt(token, settings.jwe_encryption_key)
    return token


def id_token(
    subject: Subject,
    beside: str,
    nonce: str | None,
    about_person: Mapping[str, Any],
    settings: "Settings",
    *,
    session_id: str | None = None,
) -> str:
    """An id_token beside the access token ``beside``, with the claims ``about_person``; groups as many as fit.

    ``session_id`` is the session of the browser in which the person allowed it, if it is tied to one: ``sid`` of
    OpenID Connect Front- and Back-Channel Logout.
    """
    issued_at = int(time.time())
    claims: dict[str, Any] = {
        **about_person,
        "iss": settings.issuer,
        "sub": subject.sub,
        "aud": subject.client_id,
        "iat": issued_at,
        "exp": issued_at + settings.id_token_ttl,
        "at_hash": half_hash(beside, subject.alg),
    }
    claims |= subject.authentication() | subject.for_whom()
    if session_id:
        claims["sid"] = session_id
    if subject.acr is not None:
        claims["acr"] = subject.acr
    if nonce is not None:
        claims["nonce"] = nonce
    token = sign(claims, subject.alg, ID_TOKEN_TYPE)
    excess = len(token) - fitting.LARGEST
    if excess <= 0 or not claims.get("groups"):
        return token
    return sign(fitting.with_fewer_groups(claims, excess), subject.alg, ID_TOKEN_TYPE)


def header_of(parsed: CompactSignature) -> dict[str, Any]:
    """The protected header; raises ValueError where it is no JSON object, which joserfc does not ask."""
    header = parsed.headers()
    if not isinstance(header, dict):
        raise ValueError("the header is no JSON object")
    return header


def audience(scopes: Sequence[str], settings: "Settings") -> str | list[str]:
    """``aud``: the issuer for scopes about the person, the audience of each other; a single one as a string."""
    found: dict[str, None] = {}
    for name in scopes:
        own = settings.issuer if name in catalogue.ABOUT_PERSON else catalogue.audience_of(name)
        found[own or settings.default_audience] = None
    audiences = list(found) or [settings.default_audience]
    return audiences[0] if len(audiences) == 1 else audiences


def half_hash(value: str, alg: str) -> str:
    """``at_hash``: the left half of the hash of ``value``, OpenID Connect Core section 3.1.3.6."""
    full = _HALF_HASHES[alg](value.encode()).digest()
    return base64url(full[: len(full) // 2])


def family_of(jti: str) -> str | None:
    """The family an access token belongs to; None for client_credentials."""
    family = jti.partition(".")[0]
    return None if family == WITHOUT_FAMILY else family


def sign(claims: dict[str, Any], alg: str, kind: str) -> str:
    """A compact JWT of ``claims``, signed by the current key of ``alg``; ``kind`` is its ``typ``."""
    key = ring.current().signing_key(alg)
    signing_input = f"{_header(alg, str(key.kid), kind)}.{fitting.encoded(claims)}"
    signature = _REGISTRY.get_alg(alg).sign(signing_input.encode("ascii"), key)
    return f"{signing_input}.{base64url(signature)}"


@lru_cache(maxsize=64)
def _header(alg: str, kid: str, kind: str) -> str:
    return fitting.encoded({"alg": alg, "kid": kid, "typ": kind})
