"""SELECTs of hot paths: compiled once, and handed to the driver as they are.

Half of what such a SELECT costs in Python is SQLAlchemy finding out again what it has found out before.
"""

from collections import namedtuple
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Engine, Select, String, literal_column

from .database import READS, db, read_connection

Processor = Callable[[Any], Any]
make_row: Any = namedtuple  # its names are known when the statement is


def constant(word: str) -> ColumnElement[str]:
    """A word of ours as it stands in a statement: parameters would be escaped anew with every request."""
    if not word.isidentifier():
        raise ValueError(f"not a word: {word!r}")
    return literal_column(f"'{word}'", String())


class HotRead:
    """A SELECT with named parameters that is asked for one row, many times a second."""

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self._statement = statement
        self._plans: dict[str, _Plan] = {}

    def first(self, **values: Any) -> Any:
        """The first row, its columns as attributes; None where there is none. A transaction of its own.

        Raises what SQLAlchemy raises: it asks again itself where the driver reports an error, and knows what that
        means; also where somebody listens to statements, who then hears of this one too.
        """
        engine = db.engines[READS]
        if engine.dispatch.before_cursor_execute:
            return self._by_sqlalchemy(values)
        try:
            return self._by_driver(engine, values)
        except engine.dialect.loaded_dbapi.Error:
            return self._by_sqlalchemy(values)

    def _by_driver(self, engine: Engine, values: dict[str, Any]) -> Any:
        plan = self._plans.get(engine.dialect.name) or self._plan(engine.dialect)
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(plan.text, plan.parameters(values))
            row = cursor.fetchone()
            cursor.close()
        except BaseException:
            connection.invalidate()
            raise
        finally:
            connection.close()
        return None if row is None else plan.row(row)

    def _by_sqlalchemy(self, values: dict[str, Any]) -> Any:
        with read_connection() as connection:
            return connection.execute(self._statement, values).first()

    def _plan(self, dialect: Dialect) -> "_Plan":
        plan = self._plans[dialect.name] = _Plan(self._statement, dialect)
        return plan


class _Plan:
    """The text of a SELECT in one dialect, how its parameters are written, and how its columns are read."""

    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._order: list[str] | None = compiled.positiontup
        binds = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        self._binds: dict[str, Processor] = {name: write for name, write in binds.items() if write}
        columns = statement.selected_columns
        self._make = make_row("HotRow", columns.keys())._make
        reads = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._reads: list[tuple[int, Processor]] = [(at, read) for at, read in enumerate(reads) if read]

    def parameters(self, values: dict[str, Any]) -> Any:
        """What the driver takes for ``values``."""
        binds = self._binds
        given: dict[str, Any] = self._constants | {
            name: binds[name](value) if name in binds else value for name, value in values.items()
        }
        return given if self._order is None else [given[name] for name in self._order]

    def row(self, found: Any) -> Any:
        """The columns as Python's values."""
        cells = list(found)
        for at, read in self._reads:
            cells[at] = read(cells[at])
        return self._make(cells)
