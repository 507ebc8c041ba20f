"""The log of what apps asked for and what they were told, gathered while a request is answered.

An endpoint says ``begin``, then what it learns; the row is written when the answer is ready, after the edge
has committed or not. Trouble with the log never reaches the app: it goes to stderr, without values.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, ParamSpec

from flask import g, request
from werkzeug.datastructures import MultiDict

from ...database.rows import new_id
from .. import causes
from ..causes import Cause
from ..token_requests import count_token_request
from . import writing
from .row import NotedRequest, row_of

_log = logging.getLogger(__name__)
_SCHEMES = ("Basic", "Bearer", "DPoP", "Digest")
_ID = re.compile(r"[0-9A-Za-z_-]{1,32}")
# Nobody waits for their rows: a limit costs no statement, and a database in trouble takes none.
_GATHERED = (causes.PORTAL_TROUBLE, causes.RATE_LIMITED)
P = ParamSpec("P")


def _harmless(rule: Callable[P, None]) -> Callable[P, None]:
    """``rule``, except that its trouble ends on stderr instead of in the answer to the app."""

    @wraps(rule)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            rule(*args, **kwargs)
        except Exception as error:
            # The text of the error may quote what was to be logged; its kind says enough.
            _log.error("The request log failed in %s: %s", rule.__name__, type(error).__name__)

    return guarded


@_harmless
def begin(endpoint: str, parameters: Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
    """Log this request as one of ``endpoint``, with its parameters as received; repeated ones too."""
    g.logged_request = NotedRequest(endpoint[:24], _pairs(parameters), _scheme())


@_harmless
def attribute_to(client_id: str | None = None, user_id: str | None = None) -> None:
    """Whose request it is, as soon as that is known: an app that exists, a person who exists."""
    entry = _entry()
    if client_id and _ID.fullmatch(client_id):
        entry.client_id = client_id
    if user_id and _ID.fullmatch(user_id):
        entry.user_id = user_id


def is_begun() -> bool:
    """Whether a row of this request waits to be written."""
    return "logged_request" in g


def is_attributed() -> bool:
    """Whether it is known whose request it is."""
    return _entry().client_id is not None


@_harmless
def remark(cause: Cause, /, **facts: Any) -> None:
    """Note a cause of a request that goes on."""
    entry = _entry()
    if cause.name not in entry.remarks:
        entry.remarks.append(cause.name)
    entry.facts[cause.name] = facts


@_harmless
def refused(cause: Cause, /, as_error: str | None = None, **facts: Any) -> None:
    """Note why the request is refused; ``as_error`` where this endpoint answers another code than usual."""
    entry = _entry()
    entry.cause = cause
    entry.error = as_error or cause.error
    entry.facts[cause.name] = facts
    if cause.repair == "add_redirect_uri":
        entry.redirect_uri = str(facts.get("sent", ""))


def is_kept() -> bool:
    """Whether what was refused gets a page: beyond the cap refusals are counted only.

    Ask once it is known why and whose request was refused.
    """
    try:
        return _is_kept(_entry())
    except Exception as error:
        _log.error("The request log failed in is_kept: %s", type(error).__name__)
        return False


@_harmless
def finish(status: int) -> None:
    """Write the row, once; called by itself when the answer is ready."""
    entry: NotedRequest | None = g.pop("logged_request", None)
    if entry is None:
        return
    if entry.cause is None and status in (429, 500, 503):
        entry.cause = causes.RATE_LIMITED if status == 429 else causes.PORTAL_TROUBLE
        entry.error = entry.cause.error
    count_token_request(entry.endpoint, entry.parameters, entry.cause)
    refused = entry.is_refused(status)
    if (refused or entry.is_anonymous) and not _is_kept(entry, refused=refused):
        return
    row = row_of(entry, status)
    if refused and entry.cause not in _GATHERED:
        writing.write_now(row)
    else:
        writing.gather(row)


@_harmless
def count_only() -> None:
    """Leave this request out of the log, but not out of the metrics: one of many that are all the same."""
    _entry().kept = False


def forget() -> None:
    """Leave this request out of the log."""
    g.pop("logged_request", None)


def _is_kept(entry: NotedRequest, *, refused: bool = True) -> bool:
    if entry.kept is None:
        entry.id = new_id()
        whose = entry.client_id if refused else f"{entry.client_id} anonymous"
        # Our own trouble is told in full; counters and database may be what is in trouble.
        entry.kept = entry.cause is causes.PORTAL_TROUBLE or writing.admits(whose, entry.id)
    return entry.kept


def _entry() -> NotedRequest:
    entry: NotedRequest | None = g.get("logged_request")
    if entry is None:
        entry = g.logged_request = NotedRequest(request.path[:24], [], _scheme())
    return entry


def _pairs(parameters: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    if isinstance(parameters, MultiDict):
        return list(parameters.items(multi=True))
    return list(parameters.items()) if isinstance(parameters, Mapping) else list(parameters)


def _scheme() -> str:
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    return next((known for known in _SCHEMES if known.lower() == scheme.lower()), "other" if scheme else "")
