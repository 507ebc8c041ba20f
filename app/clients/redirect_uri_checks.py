"""Which redirect URIs may be registered for an app."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qsl, urlsplit

from ..uris import is_loopback_host, read_uri
from .refusals import Problem, Reason, RedirectUriNotAllowed

LONGEST_URI = 2000  # characters
MOST_URIS = 30  # URIs of one app; with LONGEST_URI they fit into one text column of MariaDB

# A browser sent there would run or open what the address itself says.
FORBIDDEN_SCHEMES = frozenset(
    ["about", "blob", "data", "file", "filesystem", "intent", "jar", "javascript", "vbscript", "view-source"]
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# RFC 8252 section 7.1: the domain of the app's maker in reverse, so that two apps cannot meet by accident.
_REVERSE_DOMAIN = re.compile(r"[a-z][a-z0-9-]*(\.[a-z0-9-]+)+", re.IGNORECASE)
# Programs that are widely used with a scheme which is no domain; what they are called, nobody else may register.
KNOWN_SCHEMES = frozenset(
    [
        "audiobookshelf",
        "claude",
        "cursor",
        "obsidian",
        "raycast",
        "vscode",
        "vscode-insiders",
        "windsurf",
        "zed",
    ]
)
# What the answer adds: a second one of the same name would be read instead of it.
_OURS_IN_QUERY = frozenset(("code", "error", "error_description", "error_uri", "iss", "state"))
ALLOWED = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()+,;=-]|%[0-9A-Fa-f]{2})*")  # RFC 3986 without "*"
# A host, and perhaps a port.
_HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]+\])(?::[^\[\]]*)?")


def find_problems(uris: Iterable[tuple[int, str]], field: str = "redirect_uris") -> list[Problem]:
    """What is wrong with these numbered URIs, as registered for one app."""
    problems: list[Problem] = []
    seen: set[str] = set()
    for count, (line, uri) in enumerate(uris, start=1):
        if count > MOST_URIS:
            return [*problems, Problem(field, Reason.TOO_MANY, line=line)]
        if uri in seen:
            problems.append(Problem(field, Reason.DUPLICATE, uri, line))
            continue
        seen.add(uri)
        try:
            check_redirect_uri(uri)
        except RedirectUriNotAllowed as error:
            problems.append(Problem(field, error.reason, uri, line))
    return problems


def check_redirect_uri(uri: str) -> None:
    """Raise :class:`RedirectUriNotAllowed`, with the reason, unless ``uri`` may be registered for an app."""
    check_characters(uri)
    scheme = _SCHEME.match(uri)
    if scheme is None:
        raise RedirectUriNotAllowed(Reason.NOT_ABSOLUTE)
    name = scheme[1].lower()
    if name in FORBIDDEN_SCHEMES:
        raise RedirectUriNotAllowed(Reason.SCHEME_FORBIDDEN)
    if "#" in uri:
        raise RedirectUriNotAllowed(Reason.FRAGMENT)
    if "*" in uri:
        raise RedirectUriNotAllowed(Reason.WILDCARD)
    if not ALLOWED.fullmatch(uri):
        raise RedirectUriNotAllowed(Reason.MALFORMED)
    parts = _split(uri)
    if "@" in parts.netloc:
        raise RedirectUriNotAllowed(Reason.USERINFO)
    if name in ("http", "https"):
        _check_web_address(parts)
    else:
        _check_private_scheme(scheme[1], uri[scheme.end() :])
    if not _OURS_IN_QUERY.isdisjoint(name for name, _value in parse_qsl(parts.query, keep_blank_values=True)):
        raise RedirectUriNotAllowed(Reason.QUERY_IS_OURS)
    if read_uri(uri) is None:
        raise RedirectUriNotAllowed(Reason.MALFORMED)


def check_characters(uri: str) -> None:
    """Raise :class:`RedirectUriNotAllowed` for what is empty, too long, or has characters that no URI has."""
    if not uri:
        raise RedirectUriNotAllowed(Reason.MISSING)
    if len(uri) > LONGEST_URI:
        raise RedirectUriNotAllowed(Reason.TOO_LONG)
    if any(character in " \t\r\n" for character in uri):
        raise RedirectUriNotAllowed(Reason.WHITE_SPACE)
    if any(unicodedata.category(character) == "Cc" for character in uri):
        raise RedirectUriNotAllowed(Reason.CONTROL_CHARACTER)
    if "\\" in uri:  # browsers read it as a slash, programs do not
        raise RedirectUriNotAllowed(Reason.BACKSLASH)
    if not uri.isascii():
        raise RedirectUriNotAllowed(Reason.NON_ASCII)


def _check_web_address(parts: SplitResult) -> None:
    host = parts.hostname
    if not host:
        raise RedirectUriNotAllowed(Reason.HOST_MISSING)
    # What stands here goes into headers and comparisons: a name, or an IPv6 address in brackets.
    if not _HOST.fullmatch(parts.netloc):
        raise RedirectUriNotAllowed(Reason.MALFORMED)
    try:
        port_is_wrong = parts.netloc.endswith(":") or parts.port == 0
    except ValueError:
        port_is_wrong = True
    if port_is_wrong:
        raise RedirectUriNotAllowed(Reason.PORT)
    if parts.scheme == "http" and not is_loopback_host(host):
        raise RedirectUriNotAllowed(Reason.PLAIN_HTTP)


def _check_private_scheme(scheme: str, rest: str) -> None:
    is_known = scheme.lower() in KNOWN_SCHEMES or _REVERSE_DOMAIN.fullmatch(scheme)
    if not is_known or not rest.startswith("/"):
        raise RedirectUriNotAllowed(Reason.PRIVATE_SCHEME_NOT_REVERSE_DOMAIN)


def _split(uri: str) -> SplitResult:
    try:
        return urlsplit(uri)
    except ValueError:  # brackets that hold no address
        raise RedirectUriNotAllowed(Reason.MALFORMED) from None
