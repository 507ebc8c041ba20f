"""Requests that were refused before anybody looked at what they ask, as events.

Strangers cause them in masses, and the answer to too many requests costs no statement: so there is room for some a
minute, in all workers together, and they are written a moment later, beside the requests.
"""

import time
from threading import Lock

from flask import has_request_context, request
from limits import RateLimitItemPerMinute
from sqlalchemy import insert

from ..clock import now
from ..database.rows import db
from ..extensions import background, limiter
from ..masking import without_secrets
from .events import EventKind, values_of
from .models import Event

MOST = RateLimitItemPerMinute(20)  # events of a kind
ONCE = RateLimitItemPerMinute(1)  # one of a kind and a network
MOST_WAITING = 100  # rows of a worker, while the database is away

_waiting: list[dict[str, object]] = []
_lock = Lock()
_full: set[str] = set()
_minute = 0


def has_room(what: str, *, of: str | None = None) -> bool:
    """Whether one more failure of this kind may become an event this minute; one alone ``of`` the same network."""
    global _minute
    if _minute != (minute := int(time.time() // 60)):
        _full.clear()
        _minute = minute
    limits = [(what, MOST)] if of is None else [(f"{what} {of}", ONCE), (what, MOST)]
    for key, limit in limits:
        if key in _full or what in _full:
            return False
        try:
            if not limiter.limiter.hit(limit, "events", key):
                _full.add(key)
                return False
        except Exception:  # of whatever storage there is: the failure is in /metrics all the same
            return False
    return True


def note(
    kind: EventKind, *, actor_id: str | None = None, network: str | None = None, **details: object
) -> None:
    """Keep this request as an event of ``kind``, where there is room: ``network`` has one of the kind a minute."""
    if has_request_context() and len(_waiting) < MOST_WAITING and has_room(kind, of=network):
        told = {**details, "path": _path(), "method": request.method[:20], "network": network}
        with _lock:
            _waiting.append({**values_of(kind, None, actor_id, told), "at": now()})


@background.add
def write_refused_requests() -> None:
    """Write what :func:`note` has gathered."""
    if not _waiting:
        return
    with _lock:
        rows = list(_waiting)
    with db.engine.begin() as connection:
        connection.execute(insert(Event.__table__), rows)
    with _lock:
        del _waiting[: len(rows)]


def _path() -> str:
    """The path of this request, without what opens something."""
    token = (request.view_args or {}).get("token")
    return without_secrets(request.path.replace(token, "[secret]") if token else request.path)
