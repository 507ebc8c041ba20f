"""When and why a token ended, for the owner of its app: read only once it is refused."""

from typing import Any

from sqlalchemy import bindparam, select

from ...clients.models import Client
from ...consents.models import Consent
from ...database.hot_reads import HotRead
from ...diagnostics import causes
from ..models import RevokedToken, TokenFamily

_READ = HotRead(
    select(
        RevokedToken.revoked_at.label("given_back_at"),
        TokenFamily.revoked_at,
        TokenFamily.revoked_because,
        Consent.withdrawn_at,
        Client.disabled_at,
        Client.disabled_by,
    )
    .select_from(Client.__table__)
    .outerjoin(RevokedToken, RevokedToken.jti == bindparam("jti"))
    .outerjoin(TokenFamily, TokenFamily.id == bindparam("family"))
    .outerjoin(Consent, Consent.id == TokenFamily.consent_id)
    .where(Client.id == bindparam("client"))
)


def find_facts(claims: dict[str, Any], family: str | None) -> dict[str, Any]:
    """The facts of all causes that end a token of these ``claims``."""
    row = _READ.first(jti=claims["jti"], family=family or "", client=claims["client_id"])
    if row is None:
        return {}
    return {
        "revoked_at": row.given_back_at or row.revoked_at,
        "reason": causes.TOKEN_REVOKED.name if row.given_back_at else row.revoked_because,
        "withdrawn_at": row.withdrawn_at,
        "disabled_at": row.disabled_at,
        "disabled_by": row.disabled_by,
    }
