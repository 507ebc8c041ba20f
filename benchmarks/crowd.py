"""A database as full as that of a large portal: 100,000 people and 1,000,000 events, written in bulk."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Engine, Table, insert

from app.audit import EventKind
from app.audit.models import Event
from app.users.models import SearchText, User
from app.users.search_texts import text_of

BATCH = 5_000
FEW = 100
SYLLABLES = ("an", "be", "co", "da", "el", "fi", "go", "hu", "in", "jo", "ka", "li", "mo", "na", "ol", "pe")
START = datetime(2024, 1, 1, tzinfo=UTC)
APART = timedelta(minutes=10)
KINDS = (EventKind.SIGNED_IN, EventKind.SIGNED_OUT, EventKind.ACCESS_GIVEN, EventKind.PASSWORD_CHANGED)
IDS_FROM = 0x018C_0000_0000_7000_8000_0000_0000_0000
ONE_MILLISECOND = 1 << 80


def fill(engine: Engine, people: int, events: int, already: int = 0) -> None:
    """Bring it to that many people, one in a hundred blocked and one in ten not confirmed, and their events.

    ``already``: how many of each were written before.
    """
    _write(engine, User.__table__, islice(_people(people), already, None))
    texts = ({"user_id": person["id"], "text": text_of(person)} for person in _people(people))
    _write(engine, SearchText.__table__, islice(texts, already, None))
    _write(engine, Event.__table__, islice(_events(events, people), already, None))


def _write(engine: Engine, table: Any, rows: Iterator[dict[str, Any]]) -> None:
    assert isinstance(table, Table)
    while batch := list(islice(rows, BATCH)):
        with engine.begin() as connection:
            connection.execute(insert(table), batch)


def _id(number: int) -> str:
    """Ids in the order of their numbers, as UUIDv7 are."""
    return f"{IDS_FROM + number * ONE_MILLISECOND:032x}"


def _people(count: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(7)
    for number in range(count):
        name = "".join(chance.choices(SYLLABLES, k=3)) + f".{number}"
        moment = START + number * APART
        yield {
            "id": _id(number),
            "username": name,
            "username_key": name,
            "email": f"{name}@example.org",
            "email_key": f"{name}@example.org",
            "name": " ".join(chance.choices(SYLLABLES, k=2)).title(),
            "email_verified_at": moment if number % 10 else None,
            "blocked_at": None if number % 100 else moment,
            "is_admin": False,
            "created_at": moment,
            "updated_at": moment,
        }


def _events(count: int, people: int) -> Iterator[dict[str, Any]]:
    chance = random.Random(11)
    for number in range(count):
        person = _id(chance.randrange(people))
        yield {
            "id": _id(number),
            "at": START + number * APART / 10,
            "kind": str(chance.choice(KINDS)),
            "user_id": person,
            "actor_id": person,
            "ip": f"192.0.2.{number % 250}",
            "details": "{}",
        }
