"""Pages cut by a key: every row exactly once, both ways, with ties, while rows come and go."""

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, select

from app.audit.models import Event
from app.clock import now
from app.database.paging import CursorMalformed, Page, page_of
from app.database.rows import db

TIED = (Event.at, Event.id)


@pytest.fixture
def moment(app: Flask) -> Iterator[datetime]:
    """When all of nine events of one person happened, three at a time."""
    start = now()
    with app.app_context():
        for number in range(9):
            db.session.add(row(number, start))
        db.session.flush()
        yield start
        db.session.rollback()


def row(number: int, start: datetime, user_id: str = "u") -> Event:
    at = start + timedelta(seconds=number // 3)
    return Event(id=f"{number:032x}", at=at, kind=str(number), user_id=user_id)


def events(user_id: str = "u") -> Select[Event]:
    return select(Event).where(Event.user_id == user_id)


def shown(page: Page[Event]) -> str:
    return "".join(event.kind for event in page.entries)


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("descending", "expected"), [(True, ["8765", "4321", "0"]), (False, ["0123", "4567", "8"])]
)
@pytest.mark.usefixtures("moment")
def test_every_row_comes_once_though_keys_are_tied(descending: bool, expected: list[str]) -> None:
    pages, after = [], None
    while True:
        page = page_of(events(), TIED, size=4, after=after, descending=descending)
        pages.append(shown(page))
        after = page.following
        if after is None:
            break
    assert pages == expected


@pytest.mark.usefixtures("moment")
def test_the_way_back_shows_the_pages_of_the_way_there() -> None:
    first = page_of(events(), TIED, size=3)
    second = page_of(events(), TIED, size=3, after=first.following)
    third = page_of(events(), TIED, size=3, after=second.following)
    assert (shown(third), third.following) == ("210", None)
    back = page_of(events(), TIED, size=3, before=third.previous)
    assert shown(back) == shown(second) == "543"
    assert (back.previous, back.following) == (second.previous, second.following)
    again = page_of(events(), TIED, size=3, before=back.previous)
    assert (shown(again), again.previous) == (shown(first), None)


def test_rows_that_come_meanwhile_shift_nothing(moment: datetime) -> None:
    first = page_of(events(), TIED, size=3)
    db.session.add_all([row(9, moment), row(10, moment)])
    db.session.flush()
    second = page_of(events(), TIED, size=3, after=first.following)
    assert shown(second) == "543"
    assert shown(page_of(events(), TIED, size=3, before=second.previous)) == "876"


def test_a_page_before_the_beginning_is_the_whole_first_one(moment: datetime) -> None:
    first = page_of(events(), TIED, size=4)
    second = page_of(events(), TIED, size=4, after=first.following)
    for event in first.entries[:3]:
        db.session.delete(event)
    db.session.flush()
    assert shown(page_of(events(), TIED, size=4, before=second.previous)) == "5432"


@pytest.mark.usefixtures("moment")
def test_a_page_behind_the_end_is_the_first_one() -> None:
    assert shown(page_of(events(), [Event.id], size=2, after=cursor("0" * 32))) == "87"


def test_filters_and_several_columns_go_along(moment: datetime) -> None:
    db.session.add(row(11, moment, "other"))
    db.session.flush()
    page = page_of(select(Event, Event.kind).where(Event.user_id == "u"), [Event.id], size=2)
    assert [kind for _event, kind in page.entries] == ["8", "7"]
    assert page_of(events("nobody"), [Event.id], size=2) == Page([], None, None)


@pytest.mark.any_database
@pytest.mark.parametrize(
    "malformed",
    [
        "x", "%%%", "ä", "9" * 5000, "W10", cursor(), cursor(1), cursor(None), cursor(["a"]), cursor("a", "b"),
        cursor("a\0"), cursor("\ud800"), cursor({"a": 1}), cursor(True), cursor(1.5), "W" * 100_000,
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
@pytest.mark.usefixtures("moment")
def test_a_cursor_nobody_was_given_is_refused(malformed: str) -> None:
    with pytest.raises(CursorMalformed):
        page_of(events(), [Event.id], size=2, after=malformed)


@pytest.mark.parametrize("moment_sent", ["yesterday", "0001-01-01T00:00:00+14:00", 7])
@pytest.mark.usefixtures("moment")
def test_a_moment_that_is_none_is_refused(moment_sent: object) -> None:
    with pytest.raises(CursorMalformed):
        page_of(events(), TIED, size=2, after=cursor(moment_sent, "a"))
