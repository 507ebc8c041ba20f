"""Counters of rate limits in a file of their own, which all workers of one machine share."""

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from limits.storage import Storage

from .shared_folder import shared_folder

LOCK_TIMEOUT = 5.0  # seconds for another process's write, which takes microseconds
SWEEP_EVERY = 500  # hits of one process between two deletions of what has expired
SWEEP_AT_MOST = 1000  # rows a deletion takes, so that no hit waits long

TABLE = """
CREATE TABLE IF NOT EXISTS hits (key TEXT PRIMARY KEY, count INTEGER NOT NULL, expires REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS hits_expires ON hits (expires);
"""
HIT = """
INSERT INTO hits (key, count, expires) VALUES (:key, :amount, :expires)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN expires <= :now THEN excluded.count ELSE count + excluded.count END,
    expires = CASE WHEN expires <= :now THEN excluded.expires ELSE expires END
RETURNING count
"""
SWEEP = "DELETE FROM hits WHERE key IN (SELECT key FROM hits WHERE expires <= ? LIMIT ?)"

Answer = TypeVar("Answer")


def storage_uri(instance: Path) -> str:
    """The URI of the portal's counters: in shared memory where there is some, else in the instance folder."""
    return f"{SharedFileStorage.SCHEME}://{shared_folder(instance) / 'rate_limits.sqlite3'}"


class SharedFileStorage(Storage):
    """Counters in SQLite without durability: a restart of the machine may forget them, a worker's may not.

    One statement counts a hit, so of many processes exactly as many pass as the limit says.
    """

    SCHEME = "shared-file"
    STORAGE_SCHEME = [SCHEME]

    def __init__(self, uri: str, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        self._path = Path(uri.removeprefix(f"{self.SCHEME}://"))
        self._lock = threading.Lock()  # threads of a process queue here, not in SQLite's coarse waiting
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._hits = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the storage raises when the file is in trouble."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """The number of hits in this window, this one among them; the first hit opens the window."""
        now = time.time()
        values = {"key": key, "amount": amount, "expires": now + expiry, "now": now}

        def hit(connection: sqlite3.Connection) -> int:
            self._hits += 1
            if self._hits % SWEEP_EVERY == 0:
                connection.execute(SWEEP, (now, SWEEP_AT_MOST))
            return int(connection.execute(HIT, values).fetchall()[0][0])

        return self._use(hit)

    def get(self, key: str) -> int:
        """The number of hits in the current window."""
        rows = self._select("SELECT count FROM hits WHERE key = ? AND expires > ?", key, time.time())
        return int(rows[0][0]) if rows else 0

    def get_expiry(self, key: str) -> float:
        """When the current window ends, as seconds since 1970; now where none is open."""
        now = time.time()
        rows = self._select("SELECT expires FROM hits WHERE key = ? AND expires > ?", key, now)
        return float(rows[0][0]) if rows else now

    def check(self) -> bool:
        """True where the file can be read and written."""
        try:
            self._use(lambda connection: connection.execute(SWEEP, (0, 1)))
        except sqlite3.Error:
            return False
        return True

    def reset(self) -> int:
        """Forget all counters; the number of those there were."""
        return self._use(lambda connection: connection.execute("DELETE FROM hits").rowcount)

    def clear(self, key: str) -> None:
        """Forget one counter."""
        self._use(lambda connection: connection.execute("DELETE FROM hits WHERE key = ?", (key,)))

    def _select(self, statement: str, *values: str | float) -> list[tuple[float]]:
        return self._use(lambda connection: connection.execute(statement, values).fetchall())

    def _use(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        with self._lock:
            try:
                return work(self._connected())
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError) and "locked" in str(error):
                    raise
                # A damaged or unmade file: counters may be lost, sign-ins may not be refused for it.
                self._forget_file()
                return work(self._connected())

    def _connected(self) -> sqlite3.Connection:
        if self._connection is None or self._pid != os.getpid():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._path, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False
            )
            _prepare(connection)
            self._connection, self._pid = connection, os.getpid()
        return self._connection

    def _forget_file(self) -> None:
        self._connection = None
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the table. Workers start together, and a change to WAL does not wait for others by itself."""
    deadline = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")
            connection.executescript(TABLE)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
