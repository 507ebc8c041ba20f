"""How long a sign-in stays: some time after its last use, and in any case some time after its beginning."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, case

from ..clock import now
from ..extensions import settings
from .models import BrowserSession

IDLE = timedelta(hours=12)  # a working day; each request starts it anew
IDLE_REMEMBERED = timedelta(days=30)
IDLE_EPHEMERAL = timedelta(hours=1)
LONGEST_EPHEMERAL = timedelta(hours=12)


class Stay(StrEnum):
    """What somebody chose who signed in."""

    REMEMBERED = "remembered"
    """Also after the browser is closed."""
    SESSION = "session"
    """Until the browser is closed."""
    EPHEMERAL = "ephemeral"
    """For a visit to a device that is not theirs: the browser keeps nothing of it."""

    @classmethod
    def chosen(cls, *, remember: bool, ephemeral: bool) -> "Stay":
        """Return what two boxes say; of both the one that leaves less behind."""
        return cls.EPHEMERAL if ephemeral else cls.REMEMBERED if remember else cls.SESSION


def last_moment(row: BrowserSession) -> datetime:
    """When ``row`` ends however much it is used: ``SESSION_TTL``, ``REMEMBERED_SESSION_TTL``, half a day."""
    return row.created_at + _longest(remembered=row.remembered, ephemeral=row.ephemeral)


def ends_at(row: BrowserSession, moment: datetime) -> datetime:
    """When ``row``, in use at ``moment``, ends if nobody uses it again."""
    idle = IDLE_REMEMBERED if row.remembered else IDLE_EPHEMERAL if row.ephemeral else IDLE
    return min(moment + idle, last_moment(row))


def is_on() -> ColumnElement[bool]:
    """The condition that a session has not ended, by the lifetimes as they are set now."""
    moment = now()
    begun = case(
        (BrowserSession.remembered, moment - _longest(remembered=True)),
        (BrowserSession.ephemeral, moment - _longest(ephemeral=True)),
        else_=moment - _longest(),
    )
    return (BrowserSession.expires_at > moment) & (BrowserSession.created_at > begun)


def _longest(*, remembered: bool = False, ephemeral: bool = False) -> timedelta:
    set_up = timedelta(seconds=settings.remembered_session_ttl if remembered else settings.session_ttl)
    return min(set_up, LONGEST_EPHEMERAL) if ephemeral else set_up
