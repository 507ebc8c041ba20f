"""Logout tokens that wait: which are due, who takes them, and when they are tried again."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import aliased

from ...clients.models import Client
from ...clock import now
from ...database.engines import read_connection
from ...database.rows import changed, db
from ...database.trouble import was_undone
from .models import GIVE_UP_AFTER, LogoutDelivery

LEASE = timedelta(minutes=1)  # longer than a try takes: nobody else sends the same meanwhile
# After the first try and each of those behind it: nine tries, within a day.
PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=3),
    timedelta(hours=6),
    timedelta(hours=12),
)
TRIES = 1 + len(PAUSES)

_Other = aliased(LogoutDelivery)
# Apps that did not take one lately.
_FAILING = LogoutDelivery.client_id.in_(select(_Other.client_id).where(_Other.last_cause.is_not(None)))


class Due(NamedTuple):
    """What is to be sent to whom; ``attempts`` are those before."""

    id: str
    client_id: str
    user_id: str
    sid: str | None
    attempts: int
    uri: str | None
    alg: str | None
    is_disabled: bool


def is_any_due() -> bool:
    """Whether there is something to send now."""
    with read_connection() as connection:
        return connection.scalar(select(LogoutDelivery.id).where(_is_due(now())).limit(1)) is not None


def list_due(most: int, *, failing: bool, besides: Collection[str]) -> list[Due]:
    """What is due for apps that took everything so far, or for ``failing`` ones, but for the apps ``besides``."""
    row = LogoutDelivery
    query = select(
        *(row.id, row.client_id, row.user_id, row.sid, row.attempts),
        *(Client.backchannel_logout_uri, Client.alg, Client.disabled_at.is_not(None)),
    ).join(Client, Client.id == row.client_id)
    query = query.where(_is_due(now()), _FAILING if failing else ~_FAILING, row.client_id.not_in(besides))
    with read_connection() as connection:
        found = connection.execute(query.order_by(row.next_try_at, row.id).limit(most)).all()
    return [Due(*each) for each in found]


def claim(due: Due) -> bool:
    """Whether this worker is the one that sends it now."""
    taken = and_(LogoutDelivery.id == due.id, LogoutDelivery.attempts == due.attempts)
    claim = update(LogoutDelivery).where(taken, LogoutDelivery.next_try_at <= now())
    claim = claim.values(next_try_at=now() + LEASE, attempts=due.attempts + 1)
    try:
        is_ours = changed(claim.execution_options(synchronize_session=False)) == 1
        db.session.commit()
    except DBAPIError as error:
        db.session.rollback()
        if was_undone(error):  # on a cluster a worker at another node was quicker
            return False
        raise
    return is_ours


def give_back(due: Due) -> None:
    """Undo :func:`claim`: it could not be sent here, and waits for the usual pause after a first try."""
    ours = and_(LogoutDelivery.id == due.id, LogoutDelivery.attempts == due.attempts + 1)
    waits = update(LogoutDelivery).where(ours)
    waits = waits.values(next_try_at=now() + PAUSES[0], attempts=due.attempts)
    db.session.execute(waits.execution_options(synchronize_session=False))
    db.session.commit()


def remove(due: Due) -> None:
    """Let it wait no longer: it arrived, or nobody wants it any more."""
    done = delete(LogoutDelivery).where(LogoutDelivery.id == due.id)
    db.session.execute(done.execution_options(synchronize_session=False))
    db.session.commit()


def try_again(due: Due, cause: str) -> datetime | None:
    """Let it wait for its next try and return when that is; None, and it is gone, after the last one."""
    if due.attempts >= len(PAUSES):
        remove(due)
        return None
    moment = now() + PAUSES[due.attempts]
    waits = update(LogoutDelivery).where(LogoutDelivery.id == due.id)
    waits = waits.values(next_try_at=moment, last_cause=cause)
    db.session.execute(waits.execution_options(synchronize_session=False))
    db.session.commit()
    return moment


def _is_due(moment: datetime) -> ColumnElement[bool]:
    return and_(LogoutDelivery.next_try_at <= moment, LogoutDelivery.created_at > moment - GIVE_UP_AFTER)
