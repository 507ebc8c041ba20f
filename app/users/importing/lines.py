"""A CSV file as numbered lines: what stands in each column, or why the line cannot be read."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from flask_babel import gettext as _

from .fields import READERS

REQUIRED = ("username", "email", "password_hash")
OPTIONAL = tuple(name for name in READERS if name not in REQUIRED)
LONGEST_LINE = 1_000_000  # characters; no line of people is longer, and no file may fill the memory
MOST_LINES = 20  # that one person may take, since quoted texts contain line breaks
NAME = re.compile(r"[a-z][a-z _-]{0,30}")

Columns = dict[str, str]


class FileRefused(Exception):
    """Not a file of people at all; ``str()`` says why, in the language of who reads it."""


@dataclass(frozen=True)
class Unreadable:
    """What is wrong with a line that gives no columns."""

    why: str


def read(file: TextIO) -> Iterator[tuple[int, Columns | Unreadable]]:
    """The number of each line (the header is line 1; where it begins, if it is several) and its columns.

    ``file`` is opened with ``errors="surrogateescape"`` and ``newline=""``. Blank lines are left out.
    Raises :class:`FileRefused` for a header that will not do and for what is no text in lines.
    """
    records = _records(_bounded(file))
    number, header = next(records, (1, ""))
    names = _header(number, header)
    for number, text in records:
        if text.strip():
            yield number, _columns(names, text)


def _header(number: int, text: str) -> list[str]:
    fields = _split(text)
    if isinstance(fields, Unreadable):
        raise FileRefused(_("line %(number)d: %(why)s", number=number, why=fields.why))
    names = [field.strip().lower() for field in fields]
    if why := _wrong_header(names):
        accepted = _(
            "accepted: %(required)s and, optionally, %(optional)s",
            required=", ".join(REQUIRED),
            optional=", ".join(OPTIONAL),
        )
        raise FileRefused(
            _("line %(number)d, the header, %(why)s; %(accepted)s", number=number, why=why, accepted=accepted)
        )
    return names


def _wrong_header(names: list[str]) -> str | None:
    if not any(names):
        return _("is empty")
    if len(names) == 1 and re.search("[;\t]", names[0]):
        return _("has no column but one: write commas between the columns, not semicolons or tabs")
    missing = [name for name in REQUIRED if name not in names]
    unknown = [name for name in names if name not in REQUIRED + OPTIONAL]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if missing:
        return _("has no column %(names)s", names=_shown(missing))
    if unknown:
        return _("has the unknown column %(names)s", names=_shown(unknown))
    return _("repeats %(names)s", names=_shown(repeated)) if repeated else None


def _shown(names: list[str]) -> str:
    """``names`` as they may be repeated: where the header was forgotten, one is somebody's address or hash."""
    return ", ".join(repr(name) if NAME.fullmatch(name) else _("that is no name") for name in names[:5])


def _columns(names: list[str], text: str) -> Columns | Unreadable:
    fields = _split(text)
    if isinstance(fields, Unreadable):
        return fields
    if len(fields) != len(names):
        return Unreadable(
            _("columns in it: %(found)d, in the header: %(wanted)d", found=len(fields), wanted=len(names))
        )
    return dict(zip(names, (field.strip() for field in fields), strict=True))


def _split(text: str) -> list[str] | Unreadable:
    if not _is_utf8(text):
        return Unreadable(_("it is not UTF-8: save the file as CSV in UTF-8"))
    if "\0" in text:
        return Unreadable(_("it has a null byte in it: save the file as CSV in UTF-8"))
    try:
        return next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        if "field limit" in str(error):
            return Unreadable(
                _("one of its columns has more than %(most)d characters", most=csv.field_size_limit())
            )
        return Unreadable(
            _("it is not well-formed CSV (%(error)s): look at its quotation marks", error=error)
        )


def _is_utf8(text: str) -> bool:
    """False where ``surrogateescape`` had to hide bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _records(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """The text of each record and the number of its first line.

    Records are complete where their quotes are even. One that never is ends with its first line: a forgotten
    quote makes one bad line, not one of all the people behind it.
    """
    again: deque[str] = deque()
    number = 1
    while (line := _next(again, lines)) is not None:
        taken = [line]
        while sum(part.count('"') for part in taken) % 2 and len(taken) < MOST_LINES:
            following = _next(again, lines)
            if following is None:
                break
            taken.append(following)
        text = "".join(taken)
        if len(taken) > 1 and isinstance(_split(text), Unreadable):
            again.extendleft(reversed(taken[1:]))
            taken, text = taken[:1], line
        yield number, text
        number += len(taken)


def _next(again: deque[str], lines: Iterator[str]) -> str | None:
    return again.popleft() if again else next(lines, None)


def _bounded(file: TextIO) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: file.readline(LONGEST_LINE + 1), ""), start=1):
        if len(line) > LONGEST_LINE:
            raise FileRefused(
                _(
                    "line %(number)d has more than %(most)d characters: this is no CSV file",
                    number=number,
                    most=LONGEST_LINE,
                )
            )
        yield line.removeprefix("\ufeff") if number == 1 else line
