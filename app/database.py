"""How rows are kept: base class, column types, engines, and what counts as a database in trouble."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Engine, MetaData, String, event
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.types import TypeDecorator

READS = "reads"  # bind key of the engine in AUTOCOMMIT: a SELECT costs one round trip, not three
BUSY_TIMEOUT = 15_000  # milliseconds an SQLite writer waits for another
TRIES = 3  # a connection may have broken while it waited in the pool; more than this means real trouble
POOL_SIZE = 10  # connections kept; more threads than these would open and close one with every request
POOL_RECYCLE = 280  # seconds; below the wait_timeout of common MariaDB set-ups and proxies

# Byte-wise comparison everywhere: what differs on SQLite differs on MariaDB too.
TABLE_OPTIONS = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin"}

_NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> str:
    """A fresh UUIDv7 (:rfc:`9562#section-5.7`) as 32 hex digits: ordered by time, unguessable in its end.

    Its time goes on below the millisecond (section 6.2, method 3): what one process makes is in its order.
    """
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    value = (milliseconds << 80) | (7 << 76) | (fraction << 64) | (2 << 62) | secrets.randbits(62)
    return f"{value:032x}"


def first_id_at(moment: datetime) -> str:
    """What every id made at ``moment`` or later is greater than or equal to: ids are a clock with an index."""
    return f"{int(moment.timestamp() * 1000):012x}".ljust(32, "0")


def ascii_text(length: int) -> "AsciiText":
    """A column of up to ``length`` ASCII characters, one byte each, compared byte by byte."""
    return AsciiText(length)


class AsciiText(TypeDecorator[str]):
    """ASCII only. What has other characters equals no row: MariaDB would refuse to compare at all."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Any) -> Any:
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(mysql.VARCHAR(self.length, charset="ascii", collation="ascii_bin"))
        return dialect.type_descriptor(String(self.length))

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value if value is None or value.isascii() else value.encode("ascii", "replace").decode()


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC moments with microseconds, on every database."""

    impl = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.astimezone(UTC).replace(tzinfo=None) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None else None


def as_stored(moment: datetime) -> str:
    """``moment`` as every driver here takes it for a column of :class:`UtcDateTime`, without SQLAlchemy's help."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


Id = Annotated[str, mapped_column(ascii_text(32))]
PrimaryId = Annotated[str, mapped_column(ascii_text(32), primary_key=True, default=new_id)]


class Base(DeclarativeBase):
    """The base of every row."""

    registry = registry(
        metadata=MetaData(naming_convention=_NAMING), type_annotation_map={datetime: UtcDateTime}
    )
    __table_args__: Any = TABLE_OPTIONS


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


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


LOST = {
    1213,
    1205,
    1180,
    1047,
}  # MariaDB: deadlock or certification failure, lock wait, commit, node not ready
GONE = {2003, 2006, 2013, 2014, 2055}  # the connection broke


class CommitUncertain(Exception):
    """The connection broke while committing: whether the database has it nobody knows, so nobody runs it again."""


def was_undone(error: DBAPIError) -> bool:
    """Whether the database has certainly undone the transaction."""
    return error.orig is not None and bool(error.orig.args) and error.orig.args[0] in LOST


def is_lost_transaction(error: DBAPIError) -> bool:
    """Whether the whole unit of work may simply be run again: the database undid it, or never had it."""
    code = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return code in LOST or code in GONE or error.connection_invalidated


Answer = TypeVar("Answer")


def read_again_if_lost(read: Callable[[], Answer]) -> Answer:
    """What ``read``, which writes nothing, gives: asked again where the connection was lost meanwhile."""
    for _attempt in range(1, TRIES):
        try:
            return read()
        except DBAPIError as error:
            if not is_lost_transaction(error):
                raise
    return read()
