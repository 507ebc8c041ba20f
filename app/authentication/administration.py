"""What administrators must have proved before they administer: the setting ``ADMIN_SECOND_FACTOR``.

Their own account stays open to them in any case: there they set up what is missing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..clock import now
from ..extensions import settings
from ..users.models import User
from .methods import has_two_factors
from .second_factors import has_second_factor

GRACE = timedelta(days=7)  # to set one up: from when an administrator is first asked for it


@dataclass(frozen=True)
class Lacking:
    """An administrator without a second factor, where one is required."""

    closes_at: datetime
    """Until when they administer all the same."""

    @property
    def is_over(self) -> bool:
        """Whether the time to set one up is over."""
        return now() >= self.closes_at


def is_required() -> bool:
    """Whether administrators need a second factor."""
    return settings.admin_second_factor == "required"


def closes_at(user: User) -> datetime:
    """When this administrator's time to set up a second factor is over; it begins when the portal first asks."""
    return (user.second_factor_asked_at or now()) + GRACE


def find_lack(user: User) -> Lacking | None:
    """Whether ``user`` is an administrator who has yet to set up a second factor, and until when."""
    if not (user.is_admin and is_required()) or has_second_factor(user):
        return None
    return Lacking(closes_at(user))


def needs_step_up(user: User) -> bool:
    """Whether ``user``, an administrator, has a second factor and has not proved it in this session."""
    proved = has_two_factors(user.browser_session.methods)
    return is_required() and has_second_factor(user) and not proved


def may_administer(user: User) -> bool:
    """Whether ``user``, who is signed in, may do and see at present what administrators may."""
    lack = find_lack(user)
    return user.is_admin and not needs_step_up(user) and not (lack is not None and lack.is_over)
