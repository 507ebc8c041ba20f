"""Token families: one row for all tokens of an authorization, and refresh tokens that are stored nowhere."""

import secrets
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from ...audit import EventKind, record_on
from ...clients.group_limits import in_groups
from ...clock import now
from ...crypto import base64url, from_base64url
from ...diagnostics.causes import Cause
from ...extensions import vault
from ..client_rows import ClientRow
from ..models import TokenFamily
from .signing import Subject

PREFIX = "pf_refresh_"
SEED_BYTES = 16
_BODY = struct.Struct(">16sQ")  # family id, counter
_MAC_BYTES = 32

_ROTATE = (
    update(TokenFamily.__table__)
    .where(
        TokenFamily.id == bindparam("family"),
        TokenFamily.counter == bindparam("seen"),
        TokenFamily.revoked_at.is_(None),
    )
    .values(counter=bindparam("next"), rotated_at=bindparam("moment"), expires_at=bindparam("until"))
)
# Whoever is taken out of the app's groups at this very moment gets no more tokens either.
_ROTATE_IN_GROUPS = _ROTATE.where(in_groups(TokenFamily.client_id, TokenFamily.user_id))
_BIND = (
    update(TokenFamily.__table__)
    .where(TokenFamily.id == bindparam("family"), TokenFamily.dpop_jkt.is_(None))
    .values(dpop_jkt=bindparam("jkt"))
)
_INSERT = insert(TokenFamily.__table__)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A refresh token taken apart; only :func:`is_genuine` says whether to believe it."""

    family_id: str
    counter: int
    mac: bytes


def refresh_token(family_id: str, counter: int, seed: bytes) -> str:
    """The refresh token of generation ``counter``: always the same, and only computable here."""
    body = _BODY.pack(bytes.fromhex(family_id), counter)
    return PREFIX + base64url(body + vault.mac(seed, body))


def parse_refresh_token(token: str) -> Parsed | None:
    """The parts of ``token``; None when it has not the form of one."""
    if not token.startswith(PREFIX) or not token.isascii():
        return None
    try:
        raw = from_base64url(token.removeprefix(PREFIX))
    except ValueError:
        return None
    if len(raw) != _BODY.size + _MAC_BYTES:
        return None
    family, counter = _BODY.unpack_from(raw)
    return Parsed(family.hex(), counter, raw[_BODY.size :])


def is_genuine(parsed: Parsed, seed: bytes) -> bool:
    """Whether this portal made the token for the family of that seed."""
    body = _BODY.pack(bytes.fromhex(parsed.family_id), parsed.counter)
    return vault.is_mac(parsed.mac, seed, body)


def begin_family(
    connection: Connection,
    subject: Subject,
    *,
    consent_id: str,
    session_id: str | None,
    scope: str,
    lifetime: int,
    requested_claims: str | None = None,
    jkt: str | None = None,
) -> bytes:
    """Insert a token family and return its seed.

    ``scope`` is what the person granted, ``lifetime`` the seconds until the family ends if nobody renews it,
    ``requested_claims`` what was granted claim by claim, ``jkt`` the thumbprint of the key that its refresh tokens are bound to.
    """
    moment = now()
    seed = secrets.token_bytes(SEED_BYTES)
    values = {
        "id": subject.family_id,
        "client_id": subject.client_id,
        "user_id": subject.sub,
        "consent_id": consent_id,
        "session_id": session_id,
        "scope": scope,
        "auth_time": subject.auth_time,
        "methods": subject.methods,
        "requested_claims": requested_claims,
        "seed": seed,
        "counter": 0,
        "created_at": moment,
        "expires_at": moment + timedelta(seconds=lifetime),
        "dpop_jkt": jkt,
    }
    connection.execute(_INSERT, values)
    return seed


def bind_family(connection: Connection, family_id: str, jkt: str) -> bool:
    """Bind the refresh tokens of the family to the key with the thumbprint ``jkt``; False when they are bound already."""
    return connection.execute(_BIND, {"family": family_id, "jkt": jkt}).rowcount == 1


def rotate(
    connection: Connection,
    family_id: str,
    counter: int,
    lifetime: int,
    latest: datetime,
    *,
    groups_only: bool = False,
) -> bool:
    """Advance the family from ``counter``; False when somebody else did or it has ended.

    With ``groups_only`` also where its person is in none of the groups that its app is for.

    It then ends ``lifetime`` seconds from now if nobody renews it, and at ``latest`` all the same.
    A compare-and-swap: of simultaneous refreshes exactly one rotates.
    """
    moment = now()
    until = min(moment + timedelta(seconds=lifetime), latest)
    values = {"family": family_id, "seen": counter, "next": counter + 1, "moment": moment, "until": until}
    return connection.execute(_ROTATE_IN_GROUPS if groups_only else _ROTATE, values).rowcount == 1


def end_family(
    connection: Connection,
    family_id: str,
    kind: EventKind,
    *,
    user_id: str,
    client: ClientRow,
    because: Cause,
) -> None:
    """End every token of the family and record it for its person as ``kind``, once: an ended family stays as it is."""
    if end_families(connection, TokenFamily.id == family_id, because=because):
        record_on(connection, kind, user_id, client_id=client.id, app=client.name, why=because.name)


def end_families(connection: Connection, *conditions: Any, because: Cause) -> int:
    """End all families that meet ``conditions`` and still live; return their number."""
    statement = update(TokenFamily.__table__).where(*conditions, TokenFamily.revoked_at.is_(None))
    return connection.execute(statement.values(revoked_at=now(), revoked_because=because.name)).rowcount


def was_just_rotated(rotated_at: datetime | None, window: int) -> bool:
    """Whether a repeated token still counts as a retry, ``window`` seconds after the rotation."""
    return window > 0 and rotated_at is not None and now() - rotated_at <= timedelta(seconds=window)
