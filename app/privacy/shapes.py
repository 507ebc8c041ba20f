"""How the export of somebody's data is described: sections, their fields, and how each is written."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from ..database.rows import Base


class Shape(StrEnum):
    """How a column is written."""

    VALUE = "value"
    WORDS = "words"
    """A list, of words between spaces."""
    LINES = "lines"
    """A list, of lines."""
    OBJECT = "object"
    """What its JSON says."""
    BYTES = "bytes"
    """A file, in base64."""


@dataclass(frozen=True)
class Field:
    """One entry of each row: its name and where it comes from."""

    name: str
    column: Any
    shape: Shape = Shape.VALUE


@dataclass(frozen=True)
class Section:
    """The rows of one table that are somebody's, by the id of the person in ``whose``.

    The first field is the key of the table: rows are read and written in its order.
    """

    name: str
    about: str
    whose: InstrumentedAttribute[Any]
    fields: tuple[Field, ...]
    joined: tuple[type[Base], ColumnElement[bool]] | None = None
    only: ColumnElement[bool] | None = None

    def rows_of(self, user_id: str, *, after: str, most: int) -> Select[Any]:
        """Select up to ``most`` rows of this person whose key is beyond ``after``."""
        key = self.fields[0].column
        query = select(*(field.column.label(field.name) for field in self.fields))
        query = query.where(self.whose == user_id, key > after)
        if self.joined is not None:
            query = query.join(*self.joined)
        if self.only is not None:
            query = query.where(self.only)
        return query.order_by(key).limit(most)
