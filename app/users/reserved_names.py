"""Usernames that people take for somebody of the portal, or that mail servers and certificates give a meaning."""

from . import lookalikes
from .names import LONGEST_USERNAME
from .refusals import UsernameRefused

RESERVED = (
    "abuse", "admin", "administrator", "hostmaster", "noreply", "pforte", "postmaster", "root", "security", "sicherheit",
    "support", "system", "webmaster",
)  # fmt: skip
_LOOKS = frozenset(map(lookalikes.skeleton, RESERVED))


def refuse_reserved(username: str) -> None:
    """Raise :class:`UsernameRefused` for a name, in any spelling, that only administrators give; too long ones are none."""
    if len(username) > LONGEST_USERNAME:
        return
    if not _LOOKS.isdisjoint({lookalikes.skeleton(username), *lookalikes.words_of(username)}):
        raise UsernameRefused("reserved")
