"""Counting SQL statements, as each hot path promises a number of them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def count_statements() -> Iterator[list[str]]:
    """The statements that this thread sends to any database meanwhile; BEGIN and COMMIT do not count."""
    statements: list[str] = []
    thread = threading.get_ident()

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if threading.get_ident() == thread:
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)
