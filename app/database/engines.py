"""The engines: one for transactions, one for reads, on SQLite and on MariaDB."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

import pymysql
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from .rows import db
from .tls import SharingConnection

READS = "reads"  # bind key of the engine in AUTOCOMMIT: a SELECT costs one round trip, not three
BUSY_TIMEOUT = 15_000  # milliseconds an SQLite writer waits for another
POOL_SIZE = 10  # connections kept; more threads than these would open and close one with every request
TRUSTED_FOR = 5.0  # seconds of rest after which a connection is asked whether it is still there
POOL_RECYCLE = 280  # seconds; below the wait_timeout of common MariaDB set-ups and proxies


@contextmanager
def read_connection() -> Iterator[Connection]:
    """A connection for SELECTs of hot paths, each its own transaction."""
    with db.engines[READS].connect() as connection:
        yield connection


def engine_options(url: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Options of the engine for transactions and of the one for reads; neither ever logs a parameter."""
    if url.startswith("sqlite"):
        common: dict[str, Any] = {"hide_parameters": True}
        waiting = {"timeout": BUSY_TIMEOUT / 1000}
        transactions = {"connect_args": {**waiting, "isolation_level": "IMMEDIATE"}}
        return {**common, **transactions}, {
            **common,
            "isolation_level": "AUTOCOMMIT",
            "connect_args": waiting,
        }
    common = {
        "hide_parameters": True,
        "pool_recycle": POOL_RECYCLE,
        "pool_use_lifo": True,
        "pool_size": POOL_SIZE,
        "max_overflow": 20,
    }
    reads = {**common, "isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
    return {**common, "isolation_level": "READ COMMITTED"}, reads


@event.listens_for(Engine, "do_connect")
def _connect_to_mariadb(dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> Any:
    return SharingConnection(*arguments, **options) if dialect.driver == "pymysql" else None


@event.listens_for(Engine, "checkin")
def _note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info["resting_since"] = monotonic()


@event.listens_for(Engine, "checkout")
def _refuse_closed(connection: Any, record: ConnectionPoolEntry, _fairy: Any) -> None:
    """Make sure that a connection is still there after a rest: a server, a proxy or a firewall may have closed it."""
    rested = monotonic() - record.info.get("resting_since", float("inf"))
    if rested < TRUSTED_FOR or not isinstance(connection, SharingConnection):
        return
    try:
        connection.ping(reconnect=False)
    except (pymysql.err.Error, OSError):
        raise InvalidatePoolError from None  # who rested as long is gone, too


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if type(connection).__module__ != "sqlite3":
        return
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
