"""Whether somebody administers the portal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...users import administrators, directory
from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

APPOINT = "Run: flask user admin NAME, for somebody who has an account; or open the link of: flask setup-link"


def check(_settings: "Settings") -> Iterator[Finding]:
    """Once there are people, one of them administers the portal."""
    if administrators.has_one():
        yield Finding("administrator", True, "somebody administers the portal")
    elif directory.count_people():
        yield Finding("administrator", False, "no administrator", APPOINT)
    else:
        yield Finding("administrator", True, "nobody has an account yet: flask setup-link prints a link")
