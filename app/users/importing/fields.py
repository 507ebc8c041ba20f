"""The columns of one line as the values of a person's row, or everything that is wrong with them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext as _

from ...clock import now
from .. import foreign_hashes
from ..person_fields import PERSON_FIELDS, Reader

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
BOOLEANS = {"true": True, "false": False}
GROUPS = "groups"
BETWEEN_GROUPS = ";"

Values = dict[str, Any]


class Problem(NamedTuple):
    """What is wrong with a line, in the language of who reads it, and in which column; None: with all of it."""

    column: str | None
    why: str

    def __str__(self) -> str:
        return f"{self.column}: {self.why}" if self.column else self.why


class LineRefused(Exception):
    """The line is no person; ``problems`` says why, column by column, and repeats no value: one may be a hash."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def values_of(columns: Mapping[str, str]) -> Values:
    """The row's values that ``columns`` tell. Raises :class:`LineRefused` with everything that is wrong."""
    values: Values = {}
    problems = []
    for name, read in READERS.items():
        try:
            values[name] = read(columns.get(name, ""), columns)
        except ValueError as error:
            problems.append(Problem(name, str(error)))
    if problems:
        raise LineRefused(problems)
    return values


def _password_hash(text: str, _columns: Mapping[str, str]) -> str:
    password_hash = foreign_hashes.as_checked(text)
    problem = foreign_hashes.problem(password_hash)
    if problem is not None:
        raise ValueError(str(problem))
    return password_hash


def _since_now(text: str, _columns: Mapping[str, str]) -> datetime | None:
    """Older services know whether, not when: here it is so from now on."""
    if text and text.lower() not in BOOLEANS:
        raise ValueError(_("accepted: true or false"))
    return now() if BOOLEANS.get(text.lower()) else None


def _groups(text: str, _columns: Mapping[str, str]) -> list[str]:
    """The names that ``text`` tells, each once; whether there are such groups is asked later, for many lines at once."""
    names = (" ".join(name.split()) for name in text.split(BETWEEN_GROUPS))
    return list(dict.fromkeys(name for name in names if name))


def _created_at(text: str, _columns: Mapping[str, str]) -> datetime:
    moment = now()
    try:
        told = datetime.fromisoformat(text) if text else moment
        told = told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        told = datetime.max.replace(tzinfo=UTC)
    if not EARLIEST <= told <= moment + timedelta(days=1):
        raise ValueError(_("accepted: a time that is over, in ISO 8601, such as 2024-05-01T12:30:00+02:00"))
    return min(told, moment)


READERS: dict[str, Reader] = {
    **{field.column: field.read for field in PERSON_FIELDS if field.read},
    "password_hash": _password_hash,
    "email_verified": _since_now,
    "blocked": _since_now,
    "created_at": _created_at,
    GROUPS: _groups,
}
