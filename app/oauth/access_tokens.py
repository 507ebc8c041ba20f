"""Whether an access token counts here: signature, expiry, family, consent, person and client all say so."""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from sqlalchemy import Row, bindparam, literal, select

from ..clients.models import Client
from ..consents.models import Consent
from ..database import read_connection
from ..diagnostics import causes
from ..diagnostics.causes import Cause
from ..users.models import User
from . import families, keys, tokens
from .models import RevokedToken, TokenFamily
from .refusals import Refused

REMEMBERED = 10_000  # verified tokens a process keeps; a verification costs more than the memory
LONGEST = 8_000  # characters; ours are far shorter

_REGISTRY = JWSRegistry(algorithms=list(keys.ALGORITHMS))
_verified: OrderedDict[bytes, dict[str, Any]] = OrderedDict()
_lock = threading.Lock()

_REVOKED = select(RevokedToken.jti).where(RevokedToken.jti == bindparam("jti")).scalar_subquery()
_CLIENT = (
    Client.owner_id.label("client_owner_id"),
    Client.disabled_at.label("client_disabled_at"),
    Client.redirect_uris.label("client_redirect_uris"),
)
_FAMILY_STATE = (
    select(
        *_CLIENT,
        TokenFamily.revoked_at,
        TokenFamily.revoked_because,
        TokenFamily.expires_at.label("family_expires_at"),
        Consent.withdrawn_at,
        _REVOKED.label("revoked_jti"),
        *(
            column.label(f"user_{column.name}")
            for column in User.__table__.c
            if column.name != "password_hash"
        ),
    )
    .select_from(TokenFamily.__table__)
    .join(Client, Client.id == TokenFamily.client_id)
    .join(User, User.id == TokenFamily.user_id)
    .outerjoin(Consent, Consent.id == TokenFamily.consent_id)
    .where(TokenFamily.id == bindparam("family"))
)
_CLIENT_STATE = (
    select(*_CLIENT, _REVOKED.label("revoked_jti"), literal(None).label("user_id"))
    .select_from(Client.__table__)
    .where(Client.id == bindparam("client"))
)


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """A token that counts: its claims, and the row (columns ``user_…`` and ``client_…``) that says so."""

    claims: dict[str, Any]
    row: Row[Any]

    @property
    def scopes(self) -> frozenset[str]:
        """What it allows."""
        return frozenset(self.claims.get("scp", ()))


def active_token(token: str, issuer: str) -> ActiveToken:
    """The token, checked against its signature and the database; raises :class:`Refused` with the cause."""
    claims = verified_claims(token, issuer)
    family = tokens.family_of(claims["jti"])
    with read_connection() as connection:
        if family is None:
            row = connection.execute(
                _CLIENT_STATE, {"client": claims["client_id"], "jti": claims["jti"]}
            ).first()
        else:
            row = connection.execute(_FAMILY_STATE, {"family": family, "jti": claims["jti"]}).first()
    cause = _why_dead(row, family is not None)
    if cause is not None:
        raise Refused(cause)
    assert row is not None
    return ActiveToken(claims, row)


def verified_claims(token: str, issuer: str) -> dict[str, Any]:
    """The claims of a token this portal signed and that has not expired, whatever became of it since."""
    if len(token) > LONGEST:
        raise Refused(causes.TOKEN_MALFORMED)
    key = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
    claims = _verified.get(key)
    if claims is None:
        claims = _verify(token, issuer)
        with _lock:
            _verified[key] = claims
            if len(_verified) > REMEMBERED:
                _verified.popitem(last=False)
    if claims["exp"] <= time.time():
        with _lock:
            _verified.pop(key, None)
        raise Refused(causes.TOKEN_EXPIRED, expired_at=datetime.fromtimestamp(claims["exp"], UTC))
    if claims["iss"] != issuer:
        raise Refused(causes.TOKEN_WRONG_ISSUER, sent=str(claims["iss"])[:200], expected=issuer)
    return claims


def _verify(token: str, issuer: str) -> dict[str, Any]:
    if token.startswith(families.PREFIX):
        raise Refused(causes.TOKEN_IS_REFRESH_TOKEN)
    try:
        parsed = jws.extract_compact(token.encode("ascii"))
        header = parsed.headers()
        key = keys.ring().verification_key(str(header.get("kid")))
        if key is None or key.alg != header.get("alg"):
            raise Refused(_why_unknown_key(json.loads(parsed.payload), issuer))
        if not jws.validate_compact(parsed, key, registry=_REGISTRY):
            raise Refused(causes.TOKEN_MALFORMED)
        claims = json.loads(parsed.payload)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Refused(causes.TOKEN_MALFORMED) from error
    if header.get("typ") != tokens.ACCESS_TOKEN_TYPE:
        raise Refused(causes.TOKEN_IS_ID_TOKEN)
    return dict(claims)


def _why_unknown_key(claims: Any, issuer: str) -> Cause:
    foreign = isinstance(claims, dict) and claims.get("iss") not in (None, issuer)
    return causes.TOKEN_WRONG_ISSUER if foreign else causes.TOKEN_MALFORMED


def _why_dead(row: Row[Any] | None, with_person: bool) -> Cause | None:
    if row is None or row.revoked_jti is not None:
        return causes.TOKEN_REVOKED
    if row.client_disabled_at is not None:
        return causes.CLIENT_DISABLED
    if not with_person:
        return None
    if row.user_deleted_at is not None:
        return causes.USER_DELETED
    if row.user_blocked_at is not None:
        return causes.USER_BLOCKED
    if row.withdrawn_at is not None:
        return causes.ACCESS_WITHDRAWN
    return causes.TOKEN_REVOKED if row.revoked_at is not None else None
