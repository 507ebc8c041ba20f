"""Where an app hears of the end of a session: which URIs the portal would send to, and how each is written."""

from ..extensions import settings
from ..fetching.refusals import FetchFailed
from ..fetching.targets import PORTS, Target, read_target
from ..uris import is_loopback_host, read_uri
from .redirect_uri_checks import ALLOWED, check_characters
from .refusals import Problem, Reason, RedirectUriNotAllowed

FIELD = "backchannel_logout_uri"
_PARTS = {
    "fragment": Reason.FRAGMENT,
    "host": Reason.MALFORMED,
    "path": Reason.NON_ASCII,
    "user": Reason.USERINFO,
}


def canonical(uri: str) -> str:
    """Return ``uri`` in its one spelling: host in small letters and ASCII, no default port; what is wrong stays as it is."""
    try:
        target = _read(uri)
    except FetchFailed:
        return uri
    return f"{target.scheme}://{target.authority}{target.path}"


def find_problems(uri: str | None) -> list[Problem]:
    """Return what is wrong with the canonical ``uri``; None is nothing to send to."""
    if uri is None:
        return []
    try:
        check_characters(uri)
        target = _read(uri)
    except RedirectUriNotAllowed as error:
        return [Problem(FIELD, error.reason, uri)]
    except FetchFailed as failed:
        return [Problem(FIELD, _reason(failed, uri), uri)]
    # A host is one in two ways of reading, or the two would be about different ones.
    read = read_uri(uri)
    is_fine = ALLOWED.fullmatch(uri) and read is not None and read.hostname == target.host
    return [] if is_fine else [Problem(FIELD, Reason.MALFORMED, uri)]


def _read(uri: str) -> Target:
    return read_target(uri, (*(settings.fetch_allow or ()), *_of_this_machine(uri)))


def _of_this_machine(uri: str) -> tuple[str, ...]:
    """Where somebody develops on their own machine; only ``FETCH_ALLOW`` lets the portal send there."""
    parts = read_uri(uri)
    if settings.app_env == "production" or parts is None or parts.scheme not in PORTS:
        return ()
    host = parts.hostname or ""
    if not is_loopback_host(host):
        return ()
    return (f"{f'[{host}]' if ':' in host else host}:{parts.port or PORTS[parts.scheme]}",)


def _reason(failed: FetchFailed, uri: str) -> Reason:
    if failed.reason == "address_not_public":
        return Reason.NOT_PUBLIC
    part = str(failed.facts.get("part", ""))
    if part == "scheme":
        return Reason.PLAIN_HTTP if uri.lower().startswith("http:") else Reason.NOT_A_WEB_ADDRESS
    return _PARTS.get(part, Reason.MALFORMED)
