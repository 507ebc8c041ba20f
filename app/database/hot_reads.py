"""SELECTs of hot paths: compiled once, and handed to the driver as they are.

Half of what such a SELECT costs in Python is SQLAlchemy finding out again what it has found out before, and half of
the rest a driver in Python that reads the description of every column. So the row is asked for as one JSON array.
"""

import json
import re
from collections import namedtuple
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Dialect,
    Engine,
    LargeBinary,
    Select,
    String,
    func,
    literal_column,
)

from .engines import READS, read_connection
from .held_connections import held
from .rows import UtcDateTime, db

PLACES = (
    6  # threads that may keep a connection, more than gunicorn gives a worker; the others' pool stays large
)
Processor = Callable[[Any], Any]
make_row: Any = namedtuple  # its names are known when the statement is
_decode = json.JSONDecoder().raw_decode
_numbers = count()
# MariaDB has no room for another prepared statement, or a proxy asks where ours was never prepared.
_NOT_PREPARED = ((1461,), (1243,))
_PARAMETER = re.compile(r"%\(\w+\)s")


def constant(word: str) -> ColumnElement[str]:
    """A word of ours as it stands in a statement: parameters would be escaped anew with every request."""
    if not word.isidentifier():
        raise ValueError(f"not a word: {word!r}")
    return literal_column(f"'{word}'", String())


class HotRead:
    """A SELECT with named parameters that is asked for one row, many times a second."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        columns = statement.selected_columns
        packed = func.json_array(*map(_packed, columns), type_=String())
        self._statement = statement.with_only_columns(packed)
        self._plans: dict[str, _Plan] = {}
        self._make = make_row("HotRow", columns.keys())._make
        reads = [(at, _reader(column)) for at, column in enumerate(columns)]
        self._reads = [(at, read) for at, read in reads if read]

    def first(self, **values: Any) -> Any:
        """The first row, its columns as attributes; None where there is none. A transaction of its own.

        Raises what SQLAlchemy raises: it asks again itself where the driver reports an error, and knows what that
        means; also where somebody listens to statements, who then hears of this one too.
        """
        engine = db.engines[READS]
        if engine.dispatch.before_cursor_execute:
            return self._row(self._by_sqlalchemy(values))
        try:
            found = self._by_driver(engine, values)
        except engine.dialect.loaded_dbapi.Error as error:
            if error.args[:1] in _NOT_PREPARED:
                self._plans[engine.dialect.name] = _Plan(self._statement, engine.dialect, prepared=False)
            found = self._by_sqlalchemy(values)
        return self._row(found)

    def _by_driver(self, engine: Engine, values: dict[str, Any]) -> Any:
        connection = held.connection_of(engine)  # the first one tells the dialect what it talks to
        try:
            plan = self._plans.get(engine.dialect.name) or self._plan(engine.dialect)
            cursor = connection.cursor()
            if plan.preparation is not None and plan.name not in connection.info:
                cursor.execute(*plan.preparation)
                connection.info[plan.name] = True  # kept as long as the driver's connection is
            cursor.execute(plan.text, plan.parameters(values))
            found = cursor.fetchone()
            cursor.close()
        except BaseException:
            held.give_back(connection, broken=True)
            raise
        if connection is not held.connection:
            connection.close()
        return found

    def _by_sqlalchemy(self, values: dict[str, Any]) -> Any:
        with read_connection() as connection:
            return connection.execute(self._statement, values).first()

    def _plan(self, dialect: Dialect) -> "_Plan":
        plan = self._plans[dialect.name] = _Plan(self._statement, dialect)
        return plan

    def _row(self, found: Any) -> Any:
        """The columns as Python's values."""
        if found is None:
            return None
        cells, _end = _decode(found[0])
        for at, read in self._reads:
            if cells[at] is not None:
                cells[at] = read(cells[at])
        return self._make(cells)


class _Plan:
    """The text of a statement in one dialect, and how its parameters are written.

    MariaDB reads a statement once for each connection, and later only by its name.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect, prepared: bool = True) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._order: list[str] | None = compiled.positiontup
        binds = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        self._binds: dict[str, Processor] = {name: write for name, write in binds.items() if write}
        self.name = f"hot_read_{next(_numbers)}"
        self.preparation: tuple[str, tuple[str]] | None = None
        if prepared and getattr(dialect, "is_mariadb", False):  # others take no values there, only variables
            self._prepare()

    def _prepare(self) -> None:
        parameters = _PARAMETER.findall(self.text)
        self.preparation = f"PREPARE {self.name} FROM %s", (_PARAMETER.sub("?", self.text),)
        self.text = f"EXECUTE {self.name} USING {', '.join(parameters)}"

    def parameters(self, values: dict[str, Any]) -> Any:
        """What the driver takes for ``values``."""
        binds = self._binds
        given: dict[str, Any] = self._constants | {
            name: binds[name](value) if name in binds else value for name, value in values.items()
        }
        return given if self._order is None else [given[name] for name in self._order]


def _packed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """``column`` as JSON can carry it."""
    return func.hex(column) if isinstance(column.type, LargeBinary) else column


def _reader(column: ColumnElement[Any]) -> Processor | None:
    """What makes Python's value of what is no null in the JSON; None where it is that already."""
    if isinstance(column.type, UtcDateTime):
        return _moment
    if isinstance(column.type, LargeBinary):
        return bytes.fromhex
    return bool if isinstance(column.type, Boolean) else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
