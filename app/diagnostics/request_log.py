"""The log of what apps asked for and what they were told, gathered while a request is answered.

An endpoint says ``begin``, then what it learns; the row is written when the answer is ready, after the edge
has committed or not. Trouble with the log never reaches the app: it goes to stderr, without values.
"""

import json
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec

from flask import g, request
from werkzeug.datastructures import MultiDict

from ..clock import now
from ..database import new_id
from ..extensions import vault
from . import batches, causes, masking
from .causes import Cause
from .facts import facts_to_keep
from .log_entries import sealed_for
from .token_requests import count_token_request

_log = logging.getLogger(__name__)
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_SCHEMES = ("Basic", "Bearer", "DPoP", "Digest")
_ID = re.compile(r"[0-9A-Za-z_-]{1,32}")
P = ParamSpec("P")


@dataclass
class Entry:
    """What is known so far of the request being answered."""

    endpoint: str
    parameters: list[tuple[str, str]]
    scheme: str
    client_id: str | None = None
    user_id: str | None = None
    cause: Cause | None = None
    error: str | None = None
    remarks: list[str] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    redirect_uri: str | None = None


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
    g.logged_request = Entry(endpoint[:24], _pairs(parameters), _scheme())


@_harmless
def about(client_id: str | None = None, user_id: str | None = None) -> None:
    """Whose request it is, as soon as that is known: an app that exists, a person who exists."""
    entry = _entry()
    if client_id and _ID.fullmatch(client_id):
        entry.client_id = client_id
    if user_id and _ID.fullmatch(user_id):
        entry.user_id = user_id


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


@_harmless
def finish(status: int) -> None:
    """Write the row, once; called by itself when the answer is ready."""
    entry: Entry | None = g.pop("logged_request", None)
    if entry is None:
        return
    if entry.cause is None and status in (429, 500, 503):
        entry.cause = causes.RATE_LIMITED if status == 429 else causes.PORTAL_TROUBLE
        entry.error = entry.cause.error
    count_token_request(entry.endpoint, entry.parameters, entry.cause)
    row = _row(entry, status)
    if row["outcome"] == "ok" or entry.cause in (causes.PORTAL_TROUBLE, causes.RATE_LIMITED):
        batches.gather(row)  # nobody waits for it, least of all on a database in trouble
    else:
        batches.write_now(row)


def forget() -> None:
    """Leave this request out of the log."""
    g.pop("logged_request", None)


def _entry() -> Entry:
    if "logged_request" not in g:
        g.logged_request = Entry(request.path[:24], [], _scheme())
    entry: Entry = g.logged_request
    return entry


def _pairs(parameters: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    if isinstance(parameters, MultiDict):
        return list(parameters.items(multi=True))
    return list(parameters.items()) if isinstance(parameters, Mapping) else list(parameters)


def _scheme() -> str:
    scheme = request.headers.get("Authorization", "").partition(" ")[0]
    return next((known for known in _SCHEMES if known.lower() == scheme.lower()), "other" if scheme else "")


def _row(entry: Entry, status: int) -> dict[str, Any]:
    refusal = entry.cause
    names = ([refusal.name] if refusal else []) + entry.remarks
    request_id = g.get("request_id") or new_id()
    return {
        "id": new_id(),
        "request_id": request_id,
        "at": now(),
        "client_id": entry.client_id,
        "user_id": entry.user_id,
        "endpoint": masking.text(entry.endpoint).encode("ascii", "replace").decode(),
        "outcome": "refused" if refusal or status >= 400 else "ok",
        "cause": names[0] if names else None,
        "remarks": f" {' '.join(names[1:])} "[:200] if names[1:] else None,
        "error": entry.error,
        "status": status,
        "details": _details(entry, request_id),
    }


def _details(entry: Entry, request_id: str) -> str:
    parameters = [(masking.text(name), masking.text(value)) for name, value in entry.parameters]
    details: dict[str, Any] = {"request": masking.as_received(parameters)}
    if entry.scheme:
        details["authorization"] = entry.scheme
    if entry.facts:
        details["facts"] = facts_to_keep(entry.facts, parameters)
    if entry.redirect_uri and len(entry.redirect_uri) <= 2000:
        # Its query may carry something private, yet the owner must be able to register it as it is.
        details["redirect_uri"] = vault.encrypt(masking.text(entry.redirect_uri), sealed_for(request_id))
    return _json(details)
