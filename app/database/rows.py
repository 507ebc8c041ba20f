"""How rows are kept: base class, ids and column types."""

import secrets
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, NamedTuple, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, DateTime, Delete, Insert, MetaData, String, Table, Update, insert
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, mapped_column, registry
from sqlalchemy.types import TypeDecorator

# Byte-wise comparison everywhere: what differs on SQLite differs on MariaDB too.
# DYNAMIC, whatever an older server was left with: its keys of 767 bytes hold no name of 200 letters.
TABLE_OPTIONS = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mysql_row_format": "DYNAMIC",
}

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


class Expiry(NamedTuple):
    """When rows of a table end: the indexed column that says so, and for how much longer they are kept."""

    column: str
    kept: timedelta = timedelta(0)


class Base(DeclarativeBase):
    """The base of every row."""

    registry = registry(
        metadata=MetaData(naming_convention=_NAMING), type_annotation_map={datetime: UtcDateTime}
    )
    __table__: ClassVar[Table]
    __table_args__: Any = TABLE_OPTIONS
    __expiry__: ClassVar[Expiry | None] = None
    """``flask cleanup`` deletes what is over."""


db = SQLAlchemy(model_class=Base, disable_autonaming=True)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def insert_missing(model: type[Base], rows: Sequence[Mapping[str, object]]) -> None:
    """Insert those of ``rows`` that the table does not have yet, in the session's transaction; others may do the same."""
    db.session.execute(_ignoring(insert(model)), rows)


def insert_one(model: type[Base], values: Mapping[str, object]) -> bool:
    """Insert one row in the session's transaction; False where the table has one with the same key."""
    statement = _ignoring(insert(model.__table__)).values(**values)
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount == 1


def changed(statement: Update | Delete) -> int:
    """Execute ``statement`` in the session's transaction and return how many rows met its conditions."""
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount


def _ignoring(statement: Insert) -> Insert:
    """Let rows go that are there already."""
    for words, dialects in (("OR IGNORE", ("sqlite",)), ("IGNORE", ("mysql", "mariadb"))):
        for dialect in dialects:
            statement = statement.prefix_with(words, dialect=dialect)
    return statement
