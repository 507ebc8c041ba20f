"""Authorization codes: stored as a digest, redeemed once, then kept as a tombstone that recognises a replay."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from ...authentication.models import BrowserSession
from ...clock import now
from ...crypto import digest, new_secret
from ...database.rows import new_id
from ..models import AuthorizationCode

PREFIX = "pf_code_"
TOMBSTONE = timedelta(days=1)  # how long a redeemed code is remembered to recognise a replay

_INSERT = insert(AuthorizationCode.__table__)
# Locked, so that who ends the session meanwhile waits, and then tells the app of it (on one node of a cluster).
_SESSION = select(BrowserSession.id).where(BrowserSession.id == AuthorizationCode.session_id)
_REDEEM = (
    update(AuthorizationCode.__table__)
    .where(
        AuthorizationCode.id == bindparam("code"),
        AuthorizationCode.redeemed_at.is_(None),
        AuthorizationCode.expires_at > bindparam("moment"),
        _SESSION.with_for_update(read=True).correlate(AuthorizationCode).exists(),
    )
    .values(redeemed_at=bindparam("moment"))
)
_REDEEMED_AT = select(AuthorizationCode.redeemed_at).where(AuthorizationCode.id == bindparam("code"))


def new_code() -> str:
    """A fresh code."""
    return new_secret(PREFIX)


def insert_code(connection: Connection, code: str, *, lifetime: int, **columns: Any) -> None:
    """Insert the digest of ``code`` with the ``columns`` it stands for, good for ``lifetime`` seconds."""
    moment = now()
    until = moment + timedelta(seconds=lifetime)
    own = {
        "id": new_id(),
        "code_digest": digest(code),
        "created_at": moment,
        "expires_at": until,
        "family_id": new_id(),
        "keep_until": until + TOMBSTONE,
    }
    connection.execute(_INSERT, {**own, **columns})


def redeem_code(connection: Connection, code_id: str) -> bool:
    """Redeem the code; False when somebody else did, it has expired, or the session in which it was issued is over.

    A compare-and-swap: of simultaneous redemptions exactly one succeeds.
    """
    return connection.execute(_REDEEM, {"code": code_id, "moment": now()}).rowcount == 1


def is_redeemed(connection: Connection, code_id: str) -> bool:
    """Return whether the code has been used."""
    return connection.scalar(_REDEEMED_AT, {"code": code_id}) is not None
