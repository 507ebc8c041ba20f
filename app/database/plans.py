"""How a dialect is sent a SELECT without SQLAlchemy's help, and how its row is read."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Dialect, Select
from sqlalchemy.pool import PoolProxiedConnection

Processor = Callable[[Any], Any]


class Plan:
    """The text of a statement in one dialect, how its parameters are written and its columns read."""

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
        types = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
        reads = [(at, kind.result_processor(dialect, None)) for at, kind in enumerate(types)]
        self._reads: list[tuple[int, Processor]] = [(at, read) for at, read in reads if read]

    def ask(self, connection: PoolProxiedConnection, values: dict[str, Any]) -> list[Any] | None:
        """Return the columns of the first row as Python's values; None where there is none."""
        cursor = connection.cursor()
        cursor.execute(self.text, self.parameters(values))
        found = cursor.fetchone()
        cursor.close()
        if found is None:
            return None
        cells = list(found)
        for at, read in self._reads:
            cells[at] = read(cells[at])
        return cells

    def parameters(self, values: dict[str, Any]) -> Any:
        """Return what the driver takes for ``values``."""
        binds = self._binds
        given: dict[str, Any] = self._constants | {
            name: binds[name](value) if name in binds else value for name, value in values.items()
        }
        return given if self._order is None else [given[name] for name in self._order]
