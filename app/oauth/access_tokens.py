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
from sqlalchemy import Row, Select, bindparam, case, exists, literal, select

from ..clients.models import Client
from ..consents.models import Consent
from ..database import read_connection
from ..diagnostics import causes
from ..diagnostics.causes import Cause
from ..users.models import User
from . import families, keys, tokens
from .models import RevokedToken, TokenFamily
from .persons import find_person
from .refusals import Refused

REMEMBERED = 10_000  # verified tokens a process keeps; a verification costs more than the memory
LONGEST = 8_000  # characters; ours are far shorter

_REGISTRY = JWSRegistry(algorithms=list(keys.ALGORITHMS))
_verified: OrderedDict[bytes, dict[str, Any]] = OrderedDict()
_lock = threading.Lock()

_IS_REVOKED = exists().where(RevokedToken.jti == bindparam("jti"))
_DISABLED = (Client.disabled_at.is_not(None), causes.CLIENT_DISABLED.name)
# Why a token does not count although its signature does: the name of a cause, or null.
_FAMILY_STATE = case(
    (_IS_REVOKED, causes.TOKEN_REVOKED.name),
    _DISABLED,
    (User.deleted_at.is_not(None), causes.USER_DELETED.name),
    (User.blocked_at.is_not(None), causes.USER_BLOCKED.name),
    (Consent.withdrawn_at.is_not(None), causes.ACCESS_WITHDRAWN.name),
    (TokenFamily.revoked_at.is_not(None), causes.TOKEN_REVOKED.name),
).label("state")
_CLIENT_STATE = case((_IS_REVOKED, causes.TOKEN_REVOKED.name), _DISABLED).label("state")


def _of_family(*columns: Any) -> Select[Any]:
    return (
        select(_FAMILY_STATE, Client.owner_id.label("client_owner_id"), User.id.label("user_id"), *columns)
        .select_from(TokenFamily.__table__)
        .join(Client, Client.id == TokenFamily.client_id)
        .join(User, User.id == TokenFamily.user_id)
        .outerjoin(Consent, Consent.id == TokenFamily.consent_id)
        .where(TokenFamily.id == bindparam("family"))
    )


_OF_FAMILY = _of_family(User.username.label("user_username"))
_WITH_PERSON = _of_family(User.updated_at.label("user_updated_at"))
_OF_CLIENT = (
    select(_CLIENT_STATE, Client.owner_id.label("client_owner_id"), literal(None).label("user_id"))
    .select_from(Client.__table__)
    .where(Client.id == bindparam("client"))
)


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """A token that counts: its claims, and the row (columns ``user_…`` and ``client_…``) that says so."""

    claims: dict[str, Any]
    row: Row[Any]
    person: Row[Any] | None = None
    """What claims are made of, where it was asked for."""

    @property
    def scopes(self) -> frozenset[str]:
        """What it allows."""
        return frozenset(self.claims.get("scp", ()))


def active_token(token: str, issuer: str, *, with_person: bool = False) -> ActiveToken:
    """The token, checked against its signature and the database; raises :class:`Refused` with the cause.

    ``with_person`` brings what claims are made of, too.
    """
    claims = verified_claims(token, issuer)
    family = tokens.family_of(claims["jti"])
    with read_connection() as connection:
        if family is None:
            row = connection.execute(
                _OF_CLIENT, {"client": claims["client_id"], "jti": claims["jti"]}
            ).first()
        else:
            statement = _WITH_PERSON if with_person else _OF_FAMILY
            row = connection.execute(statement, {"family": family, "jti": claims["jti"]}).first()
    if row is None:
        raise Refused(causes.TOKEN_REVOKED)
    if row.state is not None:
        raise Refused(causes.CATALOGUE[row.state])
    return ActiveToken(
        claims, row, find_person(row.user_id, row.user_updated_at) if with_person and family else None
    )


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
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise Refused(causes.TOKEN_MALFORMED) from error
    if header.get("typ") != tokens.ACCESS_TOKEN_TYPE:
        raise Refused(causes.TOKEN_IS_ID_TOKEN)
    return dict(claims)


def _why_unknown_key(claims: Any, issuer: str) -> Cause:
    foreign = isinstance(claims, dict) and claims.get("iss") not in (None, issuer)
    return causes.TOKEN_WRONG_ISSUER if foreign else causes.TOKEN_MALFORMED
