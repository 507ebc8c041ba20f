"""Metrics of what the portal does, gathered in memory and added up in one file for all workers of the machine.

A request appends a tuple to a queue, which takes no lock; the background job adds up and writes twice a second.
The file, not a worker, holds the totals: they outlive every worker that is recycled or crashes.
"""

import logging
import os
import sqlite3
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import accumulate
from pathlib import Path

from flask import Flask

from .metric_families import Family, Sample, sample
from .shared_folder import shared_folder

MOST_WAITING = 100_000  # noted while nobody writes; the oldest are dropped beyond that
LOCK_TIMEOUT = 5.0  # seconds for another worker's write, which takes microseconds
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

TABLES = """
CREATE TABLE IF NOT EXISTS totals (name TEXT, labels TEXT, value REAL, PRIMARY KEY (name, labels)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS levels (name TEXT, labels TEXT, pid INTEGER, value REAL,
    PRIMARY KEY (name, labels, pid)) WITHOUT ROWID;
"""
ADD = """
INSERT INTO totals VALUES (?, ?, ?)
ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value
"""
READ = """
SELECT name, labels, value FROM totals
UNION ALL SELECT name, labels, SUM(value) FROM levels GROUP BY name, labels
"""

_log = logging.getLogger(__name__)


class Metrics:
    """What this process has noted, on its way into the file."""

    def __init__(self) -> None:
        self._noted: deque[tuple[Family, tuple[str, ...], float]] = deque(maxlen=MOST_WAITING)
        self._levels: list[tuple[tuple[str, str], Callable[[], float]]] = []
        self._path: Path | None = None
        self._in_trouble = False

    def init_app(self, app: Flask) -> None:
        """Keep the totals beside those of rate limits."""
        self._path = totals_file(app.config["SETTINGS"].instance)

    def count(self, family: Family, *values: str) -> None:
        """One more of ``family`` with these labels; as cheap from any thread."""
        self._noted.append((family, values, 1.0))

    def observe(self, family: Family, value: float, *values: str) -> None:
        """A value of a histogram with these labels."""
        self._noted.append((family, values, value))

    def watch(self, family: Family, *values: str) -> Callable[[Callable[[], float]], Callable[[], float]]:
        """Let a function say how high something stands in this process, whenever that is written down."""

        def register(level: Callable[[], float]) -> Callable[[], float]:
            self._levels.append((sample(family, values, 0)[:2], level))
            return level

        return register

    def flush(self) -> None:
        """Add what was noted to the totals of all workers. Trouble with the file never reaches a request."""
        totals = list(_added_up(self._take()))
        levels = [(*key, os.getpid(), level()) for key, level in self._levels]
        try:
            with closing(self.open()) as connection, connection:
                connection.executemany(ADD, totals)
                connection.executemany("INSERT OR REPLACE INTO levels VALUES (?, ?, ?, ?)", levels)
        except sqlite3.Error as error:
            if not self._in_trouble:
                _log.warning("Metrics are lost until their file can be written: %s", error)
            self._in_trouble = True
        else:
            self._in_trouble = False

    def read(self) -> list[Sample]:
        """The samples of all workers."""
        with closing(self.open()) as connection, connection:
            gone = [
                pid for (pid,) in connection.execute("SELECT DISTINCT pid FROM levels") if not _lives(pid)
            ]
            connection.executemany("DELETE FROM levels WHERE pid = ?", [(pid,) for pid in gone])
            return connection.execute(READ).fetchall()

    def _take(self) -> Iterable[tuple[Family, tuple[str, ...], float]]:
        for _ in range(len(self._noted)):
            try:
                yield self._noted.popleft()
            except IndexError:  # another thread was quicker
                return

    def open(self) -> sqlite3.Connection:
        """The file of the totals, made where there is none."""
        assert self._path is not None
        connection = sqlite3.connect(self._path, timeout=LOCK_TIMEOUT)
        # A crash of the machine may forget them, a worker's may not.
        connection.execute("PRAGMA synchronous=OFF")
        connection.executescript(TABLES)
        return connection


def totals_file(instance: Path) -> Path:
    """Where the totals of a portal are kept while it runs."""
    return shared_folder(instance) / "metrics.sqlite3"


def forget(instance: Path) -> None:
    """Begin at zero, as a portal does that has just started."""
    for suffix in ("", "-journal"):
        Path(f"{totals_file(instance)}{suffix}").unlink(missing_ok=True)


def _added_up(noted: Iterable[tuple[Family, tuple[str, ...], float]]) -> Iterable[Sample]:
    counts: Counter[tuple[Family, tuple[str, ...]]] = Counter()
    sums: defaultdict[tuple[Family, tuple[str, ...]], float] = defaultdict(float)
    buckets: dict[tuple[Family, tuple[str, ...]], list[int]] = {}
    for family, values, value in noted:
        key = family, values
        counts[key] += 1
        if family.kind == "histogram":
            sums[key] += value
            buckets.setdefault(key, [0] * (len(BUCKETS) + 1))[bisect_left(BUCKETS, value)] += 1
    for (family, values), number in counts.items():
        if family.kind != "histogram":
            yield sample(family, values, number)
            continue
        for bound, below in zip((*BUCKETS, "+Inf"), accumulate(buckets[family, values]), strict=True):
            yield sample(family, values, below, "_bucket", str(bound))
        yield sample(family, values, sums[family, values], "_sum")
        yield sample(family, values, number, "_count")


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
