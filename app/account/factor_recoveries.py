"""The waits of people who lost all second factors: found, counted, closed."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update

from ..clock import now
from ..database.rows import changed, db
from ..users.models import User
from .email_links import Purpose, end_links
from .models import FactorRecovery

WITHIN = timedelta(days=30)  # how long a wait counts among those that began for the account
USABLE_FOR = timedelta(days=7)  # after its end, for who does not read emails every day


def is_open() -> ColumnElement[bool]:
    """Whether a wait is on, or over and still to be used."""
    return FactorRecovery.closed_at.is_(None) & (FactorRecovery.ends_at > now() - USABLE_FOR)


def find_open(user: User) -> FactorRecovery | None:
    """The wait of ``user`` that is on, or over and still to be used."""
    return db.session.scalar(select(FactorRecovery).where(FactorRecovery.user_id == user.id, is_open()))


def count_recent(user: User) -> int:
    """How many waits began for ``user`` within :data:`WITHIN`."""
    begun = FactorRecovery.user_id == user.id, FactorRecovery.started_at > now() - WITHIN
    return db.session.scalar(select(func.count()).select_from(FactorRecovery).where(*begun)) or 0


def close(user: User, *conditions: ColumnElement[bool]) -> bool:
    """Close the open wait that meets ``conditions``, with all its links; of several calls at once one succeeds."""
    closed = changed(
        update(FactorRecovery)
        .where(FactorRecovery.user_id == user.id, is_open(), *conditions)
        .values(closed_at=now())
        .execution_options(synchronize_session=False)
    )
    if closed:
        end_links(Purpose.BEGIN_RECOVERY, Purpose.END_RECOVERY, Purpose.CANCEL_RECOVERY, user_id=user.id)
    return closed == 1


def close_quietly(user: User) -> None:
    """Close the wait of ``user``, whom an administrator has blocked or given a new start, and who is told of that."""
    close(user)


def close_begun_since(user: User, since: datetime) -> None:
    """Close the wait of ``user`` that began ``since`` then: somebody else's address counted, who may have begun it."""
    close(user, FactorRecovery.started_at >= since)


def forget(user: User) -> None:
    """Delete what is kept of the waits of ``user``, who is gone."""
    db.session.execute(delete(FactorRecovery).where(FactorRecovery.user_id == user.id))
