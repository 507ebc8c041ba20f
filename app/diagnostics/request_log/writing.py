"""How log rows reach the database: refusals at once, everything else many at a time."""

import json
import logging
import threading
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ...database.rows import db
from ...extensions import background, metrics
from ...process.metric_families import QUEUED
from ..models import LoggedRequest
from .cap import RefusalCap

MOST_WAITING = 20_000  # rows kept in memory while the database is away; beyond that they are dropped
ROWS_A_BATCH = 500
# The database is away or busy, so that the rows may well be written later.
PASSING = ("OperationalError", "InterfaceError", "InternalError")

_log = logging.getLogger(__name__)


def gather(row: dict[str, Any]) -> None:
    """Keep ``row`` in memory for the next batch."""
    _rows().gather(row)


def admits(client_id: str | None, row_id: str) -> bool:
    """Whether this refusal may become the row ``row_id``; ask once for each."""
    return _rows().cap.admits(client_id, row_id)


def write_now(row: dict[str, Any]) -> None:
    """Write a refusal in a transaction of its own, so that its page exists before the answer arrives.

    The edge has ended the request's own transaction before: on SQLite the two would wait for each other.
    """
    rows = _rows()
    try:
        rows.insert([row])
    except SQLAlchemyError as error:
        _log.warning("A refusal could not be logged at once: %s", type(error).__name__)
        rows.gather(row)


@background.add
def flush_log() -> None:
    """Write what was gathered."""
    _rows().flush()


@metrics.watch(QUEUED, "request_log")
def waiting() -> int:
    """How many rows of this process the databases have yet to take."""
    return sum(rows.waiting for rows in list(_by_database.values()))


class Rows:
    """The rows on their way to one database."""

    def __init__(self, engine: Engine) -> None:
        self.cap = RefusalCap()
        self._begin = engine.begin
        compiled: Any = insert(LoggedRequest).compile(dialect=engine.dialect)
        self._text, self._order = str(compiled), compiled.positiontup
        self._waiting: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many rows are kept for the next batch."""
        return len(self._waiting)

    def gather(self, row: dict[str, Any]) -> None:
        """Keep ``row`` for the next batch, if there is room."""
        with self._lock:
            if len(self._waiting) < MOST_WAITING:
                self._waiting.append(row)

    def insert(self, rows: list[dict[str, Any]]) -> None:
        """Write ``rows`` in one transaction; their values are what drivers take, so nothing looks at each again."""
        order = self._order
        values: Any = [tuple(row[name] for name in order) for row in rows] if order else rows
        with self._begin() as connection:
            connection.exec_driver_sql(self._text, values)

    def flush(self) -> None:
        """Write what was gathered, and what the cap counted."""
        for batch in iter(self._take, []):
            try:
                self.insert(batch)
            except DBAPIError as error:
                kind = type(error).__name__
                _log.warning("%d rows of the request log could not be written: %s", len(batch), kind)
                if kind in PASSING:
                    self._put_back(batch)
                    return
        for row_id, more in self.cap.take_counted().items():
            self._count(row_id, more)

    def _take(self) -> list[dict[str, Any]]:
        with self._lock:
            batch = self._waiting[:ROWS_A_BATCH]
            del self._waiting[:ROWS_A_BATCH]
        return batch

    def _put_back(self, batch: list[dict[str, Any]]) -> None:
        with self._lock:
            self._waiting[:0] = batch[: MOST_WAITING - len(self._waiting)]

    def _count(self, row_id: str, more: int) -> None:
        with self._begin() as connection:
            details = connection.scalar(select(LoggedRequest.details).where(LoggedRequest.id == row_id))
            if details is None:
                return
            changed = json.dumps({**json.loads(details), "more": more}, ensure_ascii=False)
            connection.execute(
                update(LoggedRequest).where(LoggedRequest.id == row_id).values(details=changed)
            )


_by_database: "WeakKeyDictionary[Engine, Rows]" = WeakKeyDictionary()
_making = threading.Lock()


def _rows() -> Rows:
    engine = db.engine
    rows = _by_database.get(engine)
    if rows is not None:
        return rows
    with _making:
        return _by_database.setdefault(engine, Rows(engine))
