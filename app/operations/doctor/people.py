"""Whether somebody administers the portal, and with what they prove who they are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...authentication import administration
from ...clock import now
from ...users import administrators, directory
from ...users.models import User
from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

APPOINT = "Run: flask user admin NAME, for somebody who has an account; or open the link of: flask setup-link"


SET_ONE_UP = (
    "Let them open /account/security and set up an authenticator app or a passkey; until then the pages of "
    "administrators stay closed to them. Or set ADMIN_SECOND_FACTOR=optional."
)


def check(_settings: "Settings") -> Iterator[Finding]:
    """Once there are people, one of them administers the portal."""
    if administrators.has_one():
        yield Finding("administrator", True, "somebody administers the portal")
    elif directory.count_people():
        yield Finding("administrator", False, "no administrator", APPOINT)
    else:
        yield Finding("administrator", True, "nobody has an account yet: flask setup-link prints a link")


def check_second_factors(settings: "Settings") -> Iterator[Finding]:
    """Where administrators need a second factor, all of them have one; within their time it is no fault."""
    if settings.admin_second_factor != "required":
        yield Finding("second factor", True, "optional for administrators (ADMIN_SECOND_FACTOR)")
        return
    lacking = administrators.list_without_second_factor()
    if not lacking:
        yield Finding("second factor", True, "every administrator has one")
    for user in lacking:
        yield _lack_of(user)


def _lack_of(user: User) -> Finding:
    if user.second_factor_asked_at is None:
        says = f"{user.username} has none, and {administration.GRACE.days} days from when the portal runs"
        return Finding("second factor", True, says)
    asked, until = user.second_factor_asked_at, administration.closes_at(user)
    is_over = until <= now()
    says = (
        f"{user.username} has none, asked since {asked:%Y-%m-%d}, with time until {until:%Y-%m-%d %H:%M} UTC"
    )
    return Finding("second factor", not is_over, says, SET_ONE_UP)
