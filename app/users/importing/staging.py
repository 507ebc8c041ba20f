"""Lines that have been checked and wait for their import, in a database file of their own that nobody else sees.

So a file may be larger than the memory, and the portal's database is not locked while it is checked.
"""

import json
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from flask_babel import gettext as _

from ..names import fold, fold_email
from .fields import Problem, Values

TABLES = """
CREATE TABLE good (line INTEGER PRIMARY KEY, username_key TEXT UNIQUE, email_key TEXT UNIQUE, person TEXT);
CREATE TABLE bad (line INTEGER PRIMARY KEY, problems TEXT);
"""
MOMENTS = ("email_verified", "blocked", "created_at")


class Staging:
    """The good and the bad lines of one file; a context manager that forgets them all at its end."""

    def __enter__(self) -> Self:
        """An empty one. The name "" is SQLite's for a file without a name, on disk only beyond a few pages."""
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.executescript(TABLES)
        self._rows.execute("BEGIN")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.close()

    def add(self, line: int, values: Values) -> None:
        """Keep a good line; a bad one, where an earlier line has the same username or address."""
        keys = {"username": fold(values["username"]), "email": fold_email(values["email"])}
        person = json.dumps(values, default=datetime.isoformat)
        try:
            self._rows.execute("INSERT INTO good VALUES (?, ?, ?, ?)", (line, *keys.values(), person))
        except sqlite3.IntegrityError:
            found = ((name, self._line_with(f"{name}_key", key)) for name, key in keys.items())
            told = [
                Problem(name, _("line %(number)d has it, too", number=first))
                for name, first in found
                if first
            ]
            self.refuse(line, told)

    def refuse(self, line: int, problems: list[Problem]) -> None:
        """Make ``line`` a bad one."""
        self._rows.execute("DELETE FROM good WHERE line = ?", (line,))
        self._rows.execute("INSERT INTO bad VALUES (?, ?)", (line, json.dumps(problems)))

    def good(self, size: int) -> Iterator[list[tuple[int, str, str, Values]]]:
        """Line, username key, email key and values of the good lines, at most ``size`` at once."""
        last = 0
        query = "SELECT * FROM good WHERE line > ? ORDER BY line LIMIT ?"
        while rows := self._rows.execute(query, (last, size)).fetchall():
            last = rows[-1][0]
            yield [(line, username, email, _values(person)) for line, username, email, person in rows]

    def bad(self, most: int = -1) -> Iterator[tuple[int, list[Problem]]]:
        """Number of the bad lines and what is wrong with them, in the file's order; ``most`` of them, or all."""
        for line, problems in self._rows.execute(
            "SELECT line, problems FROM bad ORDER BY line LIMIT ?", (most,)
        ):
            yield line, [Problem(*problem) for problem in json.loads(problems)]

    def count_good(self) -> int:
        """How many lines are good."""
        return int(self._rows.execute("SELECT count(*) FROM good").fetchone()[0])

    def count_bad(self) -> int:
        """How many lines are bad."""
        return int(self._rows.execute("SELECT count(*) FROM bad").fetchone()[0])

    def _line_with(self, column: str, key: str) -> int | None:
        found = self._rows.execute(f"SELECT line FROM good WHERE {column} = ?", (key,)).fetchone()  # noqa: S608
        return int(found[0]) if found else None


def _values(person: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(person)
    return values | {name: datetime.fromisoformat(values[name]) for name in MOMENTS if values[name]}
