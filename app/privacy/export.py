"""Writing all that a person has here as JSON, piece by piece: memory stays flat, however much there is."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from ..database.engines import READS
from ..database.rows import db
from ..users.models import User
from .sections import ACCOUNT, SECTIONS
from .shapes import Field, Section, Shape

ROWS_A_PIECE = 500  # rows read by one statement and held at a time


def describe_account(user: User) -> dict[str, Any]:
    """The account itself, as the export writes it."""
    return {field.name: _plain(getattr(user, field.column.key)) for field in ACCOUNT}


def write(user_id: str, account: Mapping[str, Any], *, portal: str, moment: datetime) -> Iterator[str]:
    """Return the document in pieces, the first of them before any row is read.

    Each piece is read when it is asked for, over a connection that it gives back: a slow download holds none, and no
    application context either, so one that is broken off leaves nothing to be ended.
    """
    head = {"portal": portal, "exported_at": _plain(moment), "account": account}
    return _document(head, user_id, db.engines[READS])


def _document(head: Mapping[str, Any], user_id: str, engine: Engine) -> Iterator[str]:
    yield json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    for section in SECTIONS:
        yield f",\n {json.dumps(section.name)}: ["
        before = "\n  "
        for piece in _pieces(section, user_id, engine):
            yield before + ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in piece)
            before = ",\n  "
        yield "\n ]"
    yield "\n}\n"


def _pieces(section: Section, user_id: str, engine: Engine) -> Iterator[list[dict[str, Any]]]:
    after = ""
    while True:
        query = section.rows_of(user_id, after=after, most=ROWS_A_PIECE)
        with engine.connect() as connection:
            rows = connection.execute(query).all()
        if rows:
            yield [
                {field.name: _written(field, value) for field, value in zip(section.fields, row, strict=True)}
                for row in rows
            ]
        if len(rows) < ROWS_A_PIECE:
            return
        after = rows[-1][0]


def _written(field: Field, value: Any) -> Any:
    if field.shape is Shape.WORDS:
        return (value or "").split()
    if field.shape is Shape.LINES:
        return (value or "").splitlines()
    if field.shape is Shape.OBJECT:
        return json.loads(value or "{}")
    if field.shape is Shape.BYTES:
        return b64encode(value).decode()
    return _plain(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
