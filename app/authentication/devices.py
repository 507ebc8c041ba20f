"""What a browser says it is, in words people recognise."""

from flask_babel import gettext as _

from ..users.models import PLATFORMS
from .models import BrowserSession

SEPARATOR = ", "
LONGEST_USER_AGENT = 400  # characters of a user agent that are looked at; honest ones are shorter
# What browsers and systems are called by their makers, where their headers say otherwise.
AS_PEOPLE_SAY = {
    "Mac OS X": "macOS",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Chrome",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
}
PART = 58  # characters kept of each name: both fit the column


def recognise(user_agent: str) -> str | None:
    """Browser and system as they are kept, such as ``Firefox, Windows``; None where neither is known."""
    from ua_parser import parse_os, parse_user_agent  # its rules take a moment to load: only sign-ins pay

    browser, system = (
        parse_user_agent(user_agent[:LONGEST_USER_AGENT]),
        parse_os(user_agent[:LONGEST_USER_AGENT]),
    )
    names = [_name(found.family).replace(SEPARATOR, " ")[:PART] for found in (browser, system) if found]
    return SEPARATOR.join(names) or None


def platform(user_agent: str) -> str:
    """``android``, ``ios`` or ``other``: what the device runs, as far as it says."""
    from ua_parser import parse_os

    found = parse_os(user_agent[:LONGEST_USER_AGENT])
    family = found.family.lower() if found else ""
    return family if family in PLATFORMS else "other"


def describe(row: BrowserSession) -> str:
    """The device of a session in the reader's language."""
    return in_words(row.device)


def in_words(device: str | None) -> str:
    """What :func:`recognise` returned, in the reader's language."""
    names = [_name(family) for family in (device or "").split(SEPARATOR)]
    if names == [""]:
        return _("Unknown device")
    if len(names) == 1:
        return names[0]
    return _("%(browser)s on %(system)s", browser=names[0], system=names[1])


def _name(family: str) -> str:
    """The name that people know; rows of older versions have the one of the header."""
    return AS_PEOPLE_SAY.get(family, family)
