"""Usernames that people take for somebody of the portal, or that mail servers and certificates give a meaning."""

from . import lookalikes
from .names import LONGEST_USERNAME, PUNCTUATION, fold
from .refusals import UsernameRefused

# No username is one of these words, in any spelling, or has it as one of its words: between signs, digits, and where
# letters grow tall.
RESERVED = (
    "abuse", "admin", "admins", "administration", "administrator", "administratoren", "administratorin", "hostmaster", "noreply", "pforte", "postmaster", "root", "security", "sicherheit",
    "support", "system", "verified", "verifiziert", "webmaster",
)  # fmt: skip
# Mailboxes of an organisation (RFC 2142), and those by which certificates are given: as whole usernames only.
MAILBOXES = frozenset(
    ["billing", "ftp", "help", "info", "mail", "mailerdaemon", "marketing", "news", "noc", "sales", "ssladmin",
     "ssladministrator", "sslwebmaster", "sysadmin", "usenet", "uucp", "www"]
)  # fmt: skip
_LOOKS = frozenset(map(lookalikes.skeleton, RESERVED))
_BETWEEN = str.maketrans("", "", PUNCTUATION)


def refuse_reserved(username: str) -> None:
    """Raise :class:`UsernameRefused` for a name that only administrators give; too long ones are none."""
    if len(username) > LONGEST_USERNAME:
        return
    if not _LOOKS.isdisjoint({lookalikes.skeleton(username), *lookalikes.words_of(username)}):
        raise UsernameRefused("reserved")
    if fold(username).translate(_BETWEEN) in MAILBOXES:
        raise UsernameRefused("reserved")
