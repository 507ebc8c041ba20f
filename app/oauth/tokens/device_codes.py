"""Device codes, :rfc:`8628`: what a device asked for, decided once, redeemed once. Each step is a conditional UPDATE."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ...clock import now
from ...crypto import digest, new_secret
from ...database.rows import new_id
from ..models import DeviceCode
from . import user_codes

PREFIX = "pf_device_"
LIFETIME = 15 * 60  # seconds: to find one's phone, sign in and prove a second factor
INTERVAL = 5  # seconds between two polls, what devices take where they are told nothing
SLOWER_BY = 5  # seconds, :rfc:`8628#section-3.5`
LEEWAY = timedelta(seconds=0.5)  # that a poll may be early: the network is not always equally slow
TOMBSTONE = timedelta(days=1)  # how long a code is remembered to say what became of it
MOST_TRIES = 5  # to find a user code that nobody else has

_TABLE = DeviceCode.__table__
_INSERT = insert(_TABLE)
_POLLED = (
    update(_TABLE)
    .where(
        DeviceCode.id == bindparam("code"),
        or_(DeviceCode.polled_at.is_(None), DeviceCode.polled_at <= bindparam("latest")),
    )
    .values(polled_at=bindparam("moment"))
)
_SLOWER = (
    update(_TABLE)
    .where(DeviceCode.id == bindparam("code"), DeviceCode.poll_interval == bindparam("seen"))
    .values(poll_interval=bindparam("slower"), polled_at=bindparam("moment"))
)
_REDEEM = (
    update(_TABLE)
    .where(
        DeviceCode.id == bindparam("code"),
        DeviceCode.consent_id.is_not(None),
        DeviceCode.redeemed_at.is_(None),
        DeviceCode.expires_at > bindparam("moment"),
    )
    .values(redeemed_at=bindparam("moment"))
)
_WAITING = DeviceCode.decided_at.is_(None), DeviceCode.expires_at > bindparam("moment")
_FIND = select(_TABLE).where(DeviceCode.user_code_digest == bindparam("typed"), *_WAITING)
_DECIDE = update(_TABLE).where(DeviceCode.id == bindparam("code"), *_WAITING)


class Issued(NamedTuple):
    """The two codes of a request; neither is stored."""

    device_code: str
    user_code: str


def issue(
    connection: Connection,
    client_id: str,
    scopes: Iterable[str],
    network: str,
    new_user_code: Callable[[], str] = user_codes.new_user_code,
) -> Issued:
    """Insert a request of this client from ``network``, and return its codes.

    A user code that another request has is drawn anew; raises IntegrityError where all :data:`MOST_TRIES` are taken.
    """
    moment, device_code = now(), new_secret(PREFIX)
    values = {
        "id": new_id(),
        "code_digest": digest(device_code),
        "client_id": client_id,
        "scope": " ".join(scopes),
        "network": network,
        "created_at": moment,
        "expires_at": moment + timedelta(seconds=LIFETIME),
        "keep_until": moment + timedelta(seconds=LIFETIME) + TOMBSTONE,
        "poll_interval": INTERVAL,
    }
    for left in reversed(range(MOST_TRIES)):
        user_code = new_user_code()
        try:
            connection.execute(_INSERT, {**values, "user_code_digest": user_codes.digest_of(user_code)})
            return Issued(device_code, user_code)
        except IntegrityError:
            if not left:
                raise
    raise AssertionError("no try is left")


def is_early(polled_at: datetime | None, interval: int) -> bool:
    """Tell whether a poll now comes less than ``interval`` seconds after the last one, a moment of leeway aside."""
    return polled_at is not None and polled_at > _latest(now(), interval)


def note_poll(connection: Connection, code_id: str, interval: int) -> bool:
    """Note a poll; False where it is early, since another one has come meanwhile."""
    moment = now()
    values = {"code": code_id, "latest": _latest(moment, interval), "moment": moment}
    return connection.execute(_POLLED, values).rowcount == 1


def slow_down(connection: Connection, code_id: str, interval: int) -> bool:
    """Make the ``interval`` longer for good; False where another poll has done so meanwhile."""
    values = {"code": code_id, "seen": interval, "slower": interval + SLOWER_BY, "moment": now()}
    return connection.execute(_SLOWER, values).rowcount == 1


def redeem(connection: Connection, code_id: str) -> bool:
    """Redeem the code; False where another poll did, or it is over. Of simultaneous polls exactly one succeeds."""
    return connection.execute(_REDEEM, {"code": code_id, "moment": now()}).rowcount == 1


def find_waiting(connection: Connection, user_code: str) -> Row[Any] | None:
    """The request that waits for a decision under ``user_code``; decided, over and unknown ones are all the same None."""
    values = {"typed": user_codes.digest_of(user_code), "moment": now()}
    return connection.execute(_FIND, values).one_or_none()


def decide(
    connection: Connection,
    code_id: str,
    *,
    user_id: str,
    consent_id: str | None = None,
    scope: str = "",
    auth_time: datetime | None = None,
    methods: str | None = None,
) -> bool:
    """Decide upon the request, for good: allowed by ``consent_id``, declined without; False where somebody else has, or it is over."""
    moment = now()
    decision = {
        "decided_at": moment,
        "user_id": user_id,
        "consent_id": consent_id,
        "scope": scope,
        "auth_time": auth_time,
        "methods": methods,
    }
    return connection.execute(_DECIDE.values(decision), {"code": code_id, "moment": moment}).rowcount == 1


def _latest(moment: datetime, interval: int) -> datetime:
    """When the last poll may have been at the latest, for one at this moment to be in time."""
    return moment - timedelta(seconds=interval) + LEEWAY
