"""When a browser was last in use: noted by requests, written a moment later."""

from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import case, update

from ..clock import now
from ..database.rows import db
from ..extensions import background
from .lifetimes import ends_at
from .models import BrowserSession

SEEN_EVERY = timedelta(minutes=1)  # how exact "last seen" is: more would be a write a request

_seen: dict[str, tuple[datetime, datetime, datetime]] = {}
_lock = Lock()


def note_seen(row: BrowserSession) -> None:
    """Take note that this browser is in use: with a new token at once, and else at most once a minute."""
    moment = now()
    if moment - row.last_seen_at < SEEN_EVERY and row.last_seen_at >= row.rotated_at:
        return
    with _lock:
        _seen[row.id] = moment, ends_at(row, moment), row.rotated_at


@background.add
def write_seen() -> None:
    """Write what :func:`note_seen` has gathered."""
    with _lock:
        noted = dict(_seen)
        _seen.clear()
    for session_id, (moment, ends, rotated_at) in noted.items():
        # A token that was replaced meanwhile says nothing about the one that came in its place.
        unreplaced = BrowserSession.rotated_at == rotated_at
        at_rotation = case((BrowserSession.rotated_at < moment, BrowserSession.rotated_at), else_=moment)
        with db.engine.begin() as connection:
            connection.execute(
                update(BrowserSession)
                .where(BrowserSession.id == session_id, BrowserSession.last_seen_at < moment)
                .values(last_seen_at=case((unreplaced, moment), else_=at_rotation), expires_at=ends)
            )
