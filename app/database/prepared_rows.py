"""On MariaDB a hot read is prepared once for each connection, and its row comes as one JSON array.

Measured on 30 November 2026, processor time of worker and database together: the read of a refresh (20 columns)
takes half of what :class:`~app.database.plans.Plan` takes, that of userinfo four fifths, which is 5 % of a whole
refresh. On SQLite, whose driver is written in C, it gains nothing. Without such a gain this file may go.

A driver in Python reads a description of every column with every answer; ``JSON_ARRAY`` makes one column of them,
whose values Python reads in C. MariaDB reads a statement's text once and later only its name.
"""

import json
import re
from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, LargeBinary, Select, String, func
from sqlalchemy.pool import PoolProxiedConnection

from .plans import Plan, Processor
from .rows import UtcDateTime

_decode = json.JSONDecoder().raw_decode
_numbers = count()
# MariaDB has no room for another prepared statement, or a proxy asks where ours was never prepared.
_NOT_PREPARED = ((1461,), (1243,))
_PARAMETER = re.compile(r"%\(\w+\)s")


class PreparedPlan(Plan):
    """A statement under a name of its own on each connection, and its one column."""

    def __init__(self, statement: Select[*tuple[Any, ...]], dialect: Dialect) -> None:
        columns = statement.selected_columns
        packed = func.json_array(*map(_packed, columns), type_=String())
        super().__init__(statement.with_only_columns(packed), dialect)
        reads = [(at, _reader(column)) for at, column in enumerate(columns)]
        self._reads = [(at, read) for at, read in reads if read]
        self.name = f"hot_read_{next(_numbers)}"
        self._preparation = f"PREPARE {self.name} FROM %s", (_PARAMETER.sub("?", self.text),)
        self.text = f"EXECUTE {self.name} USING {', '.join(_PARAMETER.findall(self.text))}"

    @staticmethod
    def is_for(dialect: Dialect) -> bool:
        """Whether the database takes values after ``USING``; others take variables only."""
        return bool(getattr(dialect, "is_mariadb", False))

    @staticmethod
    def is_refused(error: Exception) -> bool:
        """Whether ``error`` says that this connection has no such statement and gets none."""
        return error.args[:1] in _NOT_PREPARED

    def ask(self, connection: PoolProxiedConnection, values: dict[str, Any]) -> list[Any] | None:
        """Return the columns of the first row as Python's values; None where there is none."""
        cursor = connection.cursor()
        if self.name not in connection.info:
            cursor.execute(*self._preparation)
            connection.info[self.name] = True  # kept as long as the driver's connection is
        cursor.execute(self.text, self.parameters(values))
        found = cursor.fetchone()
        cursor.close()
        if found is None:
            return None
        cells: list[Any] = _decode(found[0])[0]
        for at, read in self._reads:
            if cells[at] is not None:
                cells[at] = read(cells[at])
        return cells


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
