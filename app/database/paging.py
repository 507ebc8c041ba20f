"""Keyset pagination: a page of a long list begins behind the key of a row, not at its number.

So a page deep in a list costs what the first one costs, and rows that are added meanwhile shift nothing.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, TypeDecorator, and_, func, or_
from sqlalchemy.orm import InstrumentedAttribute

from .rows import db

Entry = TypeVar("Entry")
Key = InstrumentedAttribute[Any]
LONGEST_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Page(Generic[Entry]):
    """Some entries of a list, and the cursors of the pages around them; None where the list ends."""

    entries: list[Entry]
    previous: str | None
    """For ``before``."""
    following: str | None
    """For ``after``."""


class CursorMalformed(ValueError):
    """This was never the cursor of such a list."""


def page_of(
    query: Select[*tuple[Any, ...]],
    keys: Sequence[Key],
    *,
    size: int,
    after: str | None = None,
    before: str | None = None,
    descending: bool = True,
) -> Page[Any]:
    """Read the page of ``query`` that follows the cursor ``after``, or precedes ``before``; else the first one.

    ``keys`` order the list; together they are unique and never null, and an index begins with them or with what
    the query filters by. An entry is what the query selects: one thing, or a row of several. Where nothing is
    left on that side of the cursor, the page is the first one. Raises :class:`CursorMalformed`.
    """
    backward = after is None and before is not None
    cursor = after or before
    down = descending != backward
    width = len(query.column_descriptions)
    ordered = query.add_columns(*keys).order_by(*(key.desc() if down else key.asc() for key in keys))
    if cursor:
        ordered = ordered.where(_beyond(keys, _read(cursor, keys), down))
    rows = db.session.execute(ordered.limit(size + 1)).all()
    more, shown = len(rows) > size, list(rows[:size])
    if cursor and (not shown or (backward and not more)):
        return page_of(query, keys, size=size, descending=descending)
    if backward:
        shown.reverse()
    return Page(
        entries=[row[0] if width == 1 else tuple(row[:width]) for row in shown],
        previous=_cursor(shown[0], width) if cursor else None,
        following=_cursor(shown[-1], width) if more or backward else None,
    )


def _beyond(keys: Sequence[Key], values: Sequence[Any], down: bool) -> ColumnElement[bool]:
    """Whether a row lies behind ``values``: by the first key, or by the next one where that is the same, …"""
    ways = []
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        same = [earlier == kept for earlier, kept in zip(keys[:place], values[:place], strict=True)]
        ways.append(and_(*same, key < value if down else key > value))
    return or_(*ways)


def _cursor(row: Row[Any], width: int) -> str:
    values = [value.isoformat() if isinstance(value, datetime) else value for value in row[width:]]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def _read(cursor: str, keys: Sequence[Key]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError) as error:
        raise CursorMalformed from error
    if not isinstance(values, list) or len(values) != len(keys):
        raise CursorMalformed
    return [_value(value, _kind(key)) for value, key in zip(values, keys, strict=True)]


def _kind(key: Key) -> type:
    kept_as = key.type.impl_instance if isinstance(key.type, TypeDecorator) else key.type
    return kept_as.python_type


def _value(value: object, kind: type) -> Any:
    try:
        if kind is datetime and isinstance(value, str):
            return datetime.fromisoformat(value).astimezone(UTC)
        if kind is str and isinstance(value, str) and "\0" not in value and value.encode():
            return value
    except (ValueError, OverflowError) as error:  # half a character is no text either
        raise CursorMalformed from error
    if kind is int and type(value) is int and abs(value) <= LONGEST_INTEGER:
        return value
    raise CursorMalformed


def filter_by_index(query: Select[Any], *pairs: tuple[Key, Any]) -> Select[Any]:
    """Narrow ``query`` to rows equal in all of ``pairs``, the most telling one first; None asks nothing.

    The index of the first one is walked in the order of the list. The others are wrapped in
    COALESCE, so that the optimizer uses no index for them and need not sort a million rows.
    """
    asked = [(key, value) for key, value in pairs if value is not None]
    for key, value in asked[:1]:
        query = query.where(key == value)
    for key, value in asked[1:]:
        query = query.where(func.coalesce(key, "") == value)
    return query
