"""Whether an access token is active here: signature, expiry, family, consent, person and client all say so."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select

from ...authentication.methods import acr_has_two_factors
from ...clients.group_limits import is_in_none
from ...clients.models import Client
from ...clients.verified import learns_unconfirmed_emails
from ...consents.models import Consent
from ...database.hot_reads import HotRead, constant
from ...diagnostics import causes
from ...users.models import User
from .. import requested_claims
from ..client_lookup import CONSENT_SCOPE
from ..models import RevokedToken, TokenFamily
from ..refusals import Refused
from ..scopes import remaining_scopes
from . import ended_tokens, signing
from .persons import find_person
from .verification import verified_claims

_IS_REVOKED = RevokedToken.jti.is_not(None)
_DISABLED = (Client.disabled_at.is_not(None), constant(causes.CLIENT_DISABLED.name))
# Why a token does not count although its signature does: the name of a cause, or null.
_FAMILY_STATE = case(
    (_IS_REVOKED, constant(causes.TOKEN_REVOKED.name)),
    _DISABLED,
    (User.deleted_at.is_not(None), constant(causes.USER_DELETED.name)),
    (User.blocked_at.is_not(None), constant(causes.USER_BLOCKED.name)),
    (Consent.withdrawn_at.is_not(None), constant(causes.ACCESS_WITHDRAWN.name)),
    (TokenFamily.revoked_at.is_not(None), constant(causes.TOKEN_REVOKED.name)),
).label("state")
_ALLOWED_TO_APP = Client.scopes.label("client_scopes")
_REQUIRES_SECOND_FACTOR = Client.second_factor_required.label("client_requires_second_factor")
_GROUPS_ONLY = Client.groups_only.label("client_groups_only")
_KEEPER = func.coalesce(Client.owner_id, Client.team_id).label("client_keeper_id")
_CLIENT_STATE = case((_IS_REVOKED, constant(causes.TOKEN_REVOKED.name)), _DISABLED).label("state")


def _of_family(*columns: Any) -> HotRead:
    return HotRead(
        select(_FAMILY_STATE, _ALLOWED_TO_APP, _REQUIRES_SECOND_FACTOR, _GROUPS_ONLY, CONSENT_SCOPE, *columns)
        .select_from(TokenFamily.__table__)
        .outerjoin(RevokedToken, RevokedToken.jti == bindparam("jti"))
        .join(Client, Client.id == TokenFamily.client_id)
        .join(User, User.id == TokenFamily.user_id)
        .outerjoin(Consent, Consent.id == TokenFamily.consent_id)
        .where(TokenFamily.id == bindparam("family"))
    )


_OF_FAMILY = _of_family(_KEEPER, User.username.label("user_username"))
_WITH_PERSON = _of_family(
    User.updated_at.label("user_updated_at"), learns_unconfirmed_emails(), TokenFamily.requested_claims
)
_OF_CLIENT = HotRead(
    select(_CLIENT_STATE, _ALLOWED_TO_APP, _KEEPER)
    .select_from(Client.__table__)
    .outerjoin(RevokedToken, RevokedToken.jti == bindparam("jti"))
    .where(Client.id == bindparam("client"))
)


@dataclass(frozen=True, slots=True)
class ActiveToken:
    """An active token: its claims, and the row (``client_keeper_id``, ``user_username``) that says so."""

    claims: dict[str, Any]
    """As signed, but for the scopes that were taken back since."""
    row: Any
    person: Row[Any] | None = None
    """What claims are made of, where it was asked for."""

    @property
    def user_id(self) -> str | None:
        """The person it speaks for; None where the app acts for itself."""
        return self.claims["sub"] if signing.family_of(self.claims["jti"]) else None

    @property
    def team(self) -> dict[str, str]:
        """For which team it was given, as the claim says; empty: for the person themselves."""
        return dict(self.claims.get("team") or {})

    @property
    def learns_unproven(self) -> bool:
        """Whether its app learns an address that nobody confirmed; known where ``person`` is."""
        return bool(self.row.unproven)

    @property
    def claims_for_userinfo(self) -> frozenset[str]:
        """What userinfo tells beside the claims of its scopes, since it was asked for claim by claim; as ``person``."""
        if self.row.requested_claims is None:
            return frozenset()
        allowed = self.row.client_scopes.split(), self.row.consent_scope.split()
        return requested_claims.read(self.row.requested_claims).in_userinfo(*allowed)

    @property
    def is_too_weak(self) -> bool:
        """Whether its person signed in with one factor, and its app has come to require two since."""
        if self.user_id is None or not self.row.client_requires_second_factor:
            return False
        return not acr_has_two_factors(self.claims.get("acr"))

    @property
    def scopes(self) -> frozenset[str]:
        """What it allows."""
        return frozenset(self.claims.get("scp", ()))


def active_token(token: str, issuer: str, *, with_person: bool = False, explain: bool = True) -> ActiveToken:
    """Check ``token`` against its signature and the database, and return it. Raises :class:`Refused` with the cause.

    ``with_person`` brings what claims are made of, too; without ``explain`` the refusal has no facts.
    """
    found = find_token(token, issuer, with_person=with_person)
    return check_active(*found, with_person=with_person, explain=explain)


def find_token(token: str, issuer: str, *, with_person: bool = False) -> tuple[dict[str, Any], Any]:
    """The claims of a token that this portal signed, and the row that says its state; raises :class:`Refused`."""
    claims = verified_claims(token, issuer)
    family = signing.family_of(claims["jti"])
    if family is None:
        row = _OF_CLIENT.first(client=claims["client_id"], jti=claims["jti"])
    else:
        read = _WITH_PERSON if with_person else _OF_FAMILY
        row = read.first(family=family, jti=claims["jti"])
    if row is None:
        raise Refused(causes.TOKEN_REVOKED, reason="deleted")
    return claims, row


def check_active(
    claims: dict[str, Any], row: Any, *, with_person: bool = False, explain: bool = False
) -> ActiveToken:
    """The token that was found, with the scopes that are left; raises :class:`Refused` where it is not active."""
    family = signing.family_of(claims["jti"])
    if row.state is not None:
        facts = ended_tokens.find_facts(claims, family) if explain else {}
        raise Refused(causes.CATALOGUE[row.state], **facts)
    if family and row.client_groups_only and is_in_none(claims["client_id"], claims["sub"]):
        raise Refused(causes.PERSON_NOT_IN_GROUP)
    person = find_person(claims["sub"], row.user_updated_at) if with_person and family else None
    allowed = (row.client_scopes, row.consent_scope) if family else (row.client_scopes,)
    return ActiveToken(_narrowed(claims, *allowed), row, person)


def _narrowed(claims: dict[str, Any], *allowed: str) -> dict[str, Any]:
    """``claims`` without the scopes that the app may no longer have, or the person no longer allows it."""
    left = _left(claims.get("scope", ""), *allowed)
    if len(left) == len(claims.get("scp", ())):
        return claims
    return claims | {"scope": " ".join(left), "scp": list(left)}


@lru_cache(maxsize=4096)
def _left(granted: str, *allowed: str) -> tuple[str, ...]:
    return remaining_scopes(granted.split(), *map(str.split, allowed))
