"""Connections that threads keep between the reads of hot paths.

Only a few threads may: a thread that keeps one may want another, for a statement of SQLAlchemy's, and if all of a
pool were kept by threads that wait for one more, none would ever come.
"""

import threading
import time

from sqlalchemy import Engine
from sqlalchemy.pool import PoolProxiedConnection

PLACES = (
    6  # threads that may keep one: more than gunicorn gives a worker, far fewer than a pool has connections
)
HELD = 30  # seconds; proxies end connections that nobody has used for minutes

_places = threading.Semaphore(PLACES)


class _Place:
    """One of the few places for threads that keep a connection; free again when its thread has ended."""

    def __init__(self) -> None:
        self._leave = _places.release  # at the end of the process modules are gone before their objects

    def __del__(self) -> None:
        self._leave()


class Held(threading.local):
    """The connection a thread keeps between its reads for a while: the pool takes its time over each."""

    place: _Place | None = None
    engine: Engine | None = None
    connection: PoolProxiedConnection | None = None
    until = 0.0

    def connection_of(self, engine: Engine) -> PoolProxiedConnection:
        """This thread's own connection, or one for a single read; the pool sees to its age now and then."""
        moment = time.monotonic()
        if self.connection is not None and (self.engine is not engine or self.until < moment):
            self.give_back(self.connection)
        if self.connection is not None:
            return self.connection
        connection = engine.raw_connection()
        if self.place is None and _places.acquire(blocking=False):
            self.place = _Place()
        if self.place is not None:
            self.connection, self.engine, self.until = connection, engine, moment + HELD
        return connection

    def give_back(self, connection: PoolProxiedConnection, broken: bool = False) -> None:
        """Hold none, whatever becomes of ``connection``."""
        self.connection = None
        if broken:
            connection.invalidate()
        connection.close()


held = Held()
