"""What ``flask cleanup`` does, by itself: once an hour one worker deletes what has expired, beside the requests."""

import logging
import time

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from ..database.rows import db
from ..extensions import background, limiter, settings
from .cleanup import steps

EVERY = 3600  # seconds between two cleanups of all workers together
LOOK_EVERY = 300.0  # seconds between two looks of one worker, the first of them after its start
AT_MOST = 60.0  # seconds; what is left waits for the next hour, or for `flask cleanup`

_log = logging.getLogger(__name__)
_look_at = time.monotonic() + LOOK_EVERY


def tidy() -> None:
    """Delete what has expired, in a thread of its own, where no worker has within the hour."""
    global _look_at
    if time.monotonic() < _look_at:
        return
    _look_at = time.monotonic() + LOOK_EVERY
    if not _is_first():
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    if app.testing:
        _clean(app)
    else:
        background.run_beside(lambda: _clean(app), "cleanup")


def _is_first() -> bool:
    try:
        return limiter.storage.incr("cleanup", EVERY) == 1
    except Exception as error:  # of whatever storage there is; it waits for the next look
        _log.warning("Cleanup waits for the counters: %s", type(error).__name__)
        return False


def _clean(app: Flask) -> None:
    end = time.monotonic() + AT_MOST
    with app.app_context():
        try:
            for _name, delete in steps(settings.event_retention):
                while not background.is_stopping and time.monotonic() < end and delete():
                    db.session.commit()
                db.session.commit()
        except SQLAlchemyError as error:
            _log.warning("Cleanup waits for the database: %r", getattr(error, "orig", None) or error)
