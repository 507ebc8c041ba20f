"""``make bench-logs``: what pages of the event log and of the failures cost over a million rows each.

The same pages are asked of a database with a thousand rows, then with all: the ratio counts. ``--database sqlite``
and ``--rows 100000`` change what is run.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import insert, text

from app import create_app
from app.audit import EventKind
from app.audit.models import Event
from app.database.rows import db, first_id_at
from app.diagnostics.causes import CATALOGUE
from app.diagnostics.models import LoggedRequest
from benchmarks.yardsticks import database
from tests import factories as make
from tests.support.databases import make_settings

FEW = 1_000
BATCH = 5_000
ROUNDS = 9
START = datetime(2025, 1, 1, tzinfo=UTC)
APART = timedelta(seconds=30)
SOMEBODY, SOME_APP = f"{7:032x}", f"{11:032x}"
PAGES = {
    "overview": "/admin",
    "events": "/admin/events",
    "events of a person": f"/admin/events?person={SOMEBODY}",
    "events by a hand": f"/admin/events?actor={SOMEBODY}",
    "events of an app": f"/admin/events?app={SOME_APP}",
    "events from an address": "/admin/events?ip=192.0.2.7",
    "events of a kind": "/admin/events?kind=authentication.session.started",
    "events of an area": "/admin/events?kind=clients",
    "events of an area without any": "/admin/events?kind=notifications",
    "events of a week": "/admin/events?since=2025-01-01&until=2025-01-07",
    "events, everything asked at once": (
        f"/admin/events?person={SOMEBODY}&app={SOME_APP}&ip=192.0.2.7&kind=clients&since=2025-01-01"
    ),
    "failures": "/admin/failures",
    "failures of an app": f"/admin/failures?app={SOME_APP}",
    "failures of no app": "/admin/failures?unknown=y",
    "failures of a cause": "/admin/failures?cause=client_unknown",
    "failures at an endpoint": "/admin/failures?endpoint=userinfo",
}


def main() -> None:
    """Measure with few rows, fill the database, measure again, print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.logs")
    parser.add_argument("--database", default="mariadb", choices=("mariadb", "sqlite"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, database(options.database, Path(name)) as url:
        app = create_app(make_settings(url, Path(name), RATE_LIMIT_WHITE_LIST="127.0.0.1"))
        with app.app_context():
            upgrade()
        browser = make.browser_of(app, make.make_user(app, is_admin=True))
        _fill(app, 0, FEW)
        before = _measure(browser)
        _fill(app, FEW, options.rows)
        after = _measure(browser)
    print(f"\n{options.database}, {options.rows} events and as many requests, medians of {ROUNDS}\n")
    print(f"| page | ms with {FEW} | ms with all |\n| --- | ---: | ---: |")
    for name, few in before.items():
        print(f"| {name} | {few:.1f} | {after[name]:.1f} |")


def _fill(app: Flask, done: int, count: int) -> None:
    for model, rows in ((Event, _events(done, count)), (LoggedRequest, _requests(done, count))):
        while batch := list(islice(rows, BATCH)):
            with app.app_context(), db.engine.begin() as connection:
                connection.execute(insert(model), batch)
    with app.app_context(), db.engine.begin() as connection:
        on_sqlite = connection.dialect.name == "sqlite"
        connection.execute(text("ANALYZE" if on_sqlite else "ANALYZE TABLE events, logged_requests"))


def _id(number: int) -> str:
    return f"{int(first_id_at(START + number * APART), 16) + number:032x}"


def _events(done: int, count: int) -> Iterator[dict[str, Any]]:
    kinds = [kind for kind in EventKind if not kind.startswith("notifications")]
    for number in range(done, count):
        person = f"{number % 997:032x}"
        yield {
            "id": _id(number),
            "at": START + number * APART,
            "kind": str(kinds[number % len(kinds)]),
            "user_id": person,
            "actor_id": person,
            "client_id": f"{number % 101:032x}",
            "ip": f"192.0.2.{number % 250}",
            "details": "{}",
        }


def _requests(done: int, count: int) -> Iterator[dict[str, Any]]:
    causes = sorted(CATALOGUE)
    for number in range(done, count):
        yield {
            "id": _id(number),
            "request_id": _id(number),
            "at": START + number * APART,
            "client_id": f"{number % 101:032x}" if number % 13 else None,
            "endpoint": ("token", "authorize", "userinfo", "introspect")[number % 4],
            "outcome": "refused" if number % 3 else "ok",
            "cause": causes[number % len(causes)] if number % 3 else None,
            "status": 400 if number % 3 else 200,
            "details": "{}",
        }


def _measure(browser: FlaskClient) -> dict[str, float]:
    """The median time of each page, in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in PAGES}
    for number in range(ROUNDS + 1):
        for name, path in PAGES.items():
            began = time.perf_counter()
            answer = browser.get(path)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            if number:  # the first round warms up
                times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(taken) for name, taken in times.items()}


if __name__ == "__main__":
    main()
