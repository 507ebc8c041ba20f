"""How log rows reach the database: refusals at once, everything else many at a time."""

import json
import logging
import threading
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..database import db
from ..extensions import background
from .models import LoggedRequest
from .refusal_cap import RefusalCap

MOST_WAITING = 20_000  # rows kept in memory while the database is away; beyond that they are dropped
BATCH = 500

_log = logging.getLogger(__name__)
_waiting: list[dict[str, Any]] = []
_lock = threading.Lock()
_cap = RefusalCap()


def gather(row: dict[str, Any]) -> None:
    """Keep ``row`` in memory for the next batch."""
    with _lock:
        if len(_waiting) < MOST_WAITING:
            _waiting.append(row)


def write_now(row: dict[str, Any]) -> None:
    """Write a refusal in a transaction of its own, so that its page exists before the answer arrives."""
    if not _cap.admits(row["client_id"], row["id"]):
        return
    # What the refused request left undone would keep SQLite locked against this very row.
    db.session.rollback()
    try:
        _insert([row])
    except SQLAlchemyError as error:
        _log.warning("A refusal could not be logged at once: %s", type(error).__name__)
        gather(row)


@background.add
def flush_log() -> None:
    """Write what was gathered."""
    for batch in iter(_take, []):
        try:
            _insert(batch)
        except DBAPIError as error:
            _log.warning(
                "%d rows of the request log could not be written: %s", len(batch), type(error).__name__
            )
            _put_back(batch, error)
            break
    for row_id, more in _cap.take_counted().items():
        _count(row_id, more)


def _take() -> list[dict[str, Any]]:
    with _lock:
        batch = _waiting[:BATCH]
        del _waiting[:BATCH]
    return batch


def _put_back(batch: list[dict[str, Any]], error: DBAPIError) -> None:
    """Keep the batch for the next turn, unless the database can be reached and refuses the rows themselves."""
    if type(error).__name__ not in ("OperationalError", "InterfaceError", "InternalError"):
        return
    with _lock:
        _waiting[:0] = batch[: MOST_WAITING - len(_waiting)]


def _insert(rows: list[dict[str, Any]]) -> None:
    with db.engine.begin() as connection:
        connection.execute(insert(LoggedRequest), rows)


def _count(row_id: str, more: int) -> None:
    with db.engine.begin() as connection:
        details = connection.scalar(select(LoggedRequest.details).where(LoggedRequest.id == row_id))
        if details is not None:
            changed = json.dumps({**json.loads(details), "more": more}, ensure_ascii=False)
            connection.execute(
                update(LoggedRequest).where(LoggedRequest.id == row_id).values(details=changed)
            )
