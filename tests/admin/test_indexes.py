"""Every way to narrow the long lists walks an index in the order of the list: nothing is sorted, nothing scanned."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, insert, text
from sqlalchemy.dialects import mysql, sqlite

from app.audit.models import Event
from app.audit.search import Wanted, search
from app.clock import now
from app.database.rows import db, new_id
from app.diagnostics.causes import CATALOGUE
from app.diagnostics.models import LoggedRequest
from app.diagnostics.request_log.queries import OUTCOMES, entries_of, newest_of
from app.diagnostics.request_log.reading_refusals import NO_APP, list_endpoints, search_failures

ROWS = 3_000  # enough that a planner with statistics prefers an index to reading it all
DIALECTS = {"sqlite": sqlite.dialect(), "mysql": mysql.dialect(), "mariadb": mysql.dialect()}
ID = "0" * 31

EVENTS = {
    "primary": Wanted(),
    "ix_events_user_id_id": Wanted(user_id=f"{ID}1"),
    "ix_events_client_id_id": Wanted(client_id=f"{ID}2"),
    "ix_events_actor_id_id": Wanted(actor_id=f"{ID}3"),
    "ix_events_ip_id": Wanted(ip="192.0.2.4"),
    "ix_events_kind_id": Wanted(kind="account.kind.5"),
    "ix_events_area_id": Wanted(area="account"),
}
FAILURES = {
    "ix_logged_requests_outcome_id": search_failures(),
    "ix_logged_requests_client_id_outcome_id": search_failures(NO_APP),
    "ix_logged_requests_cause_outcome_id": search_failures(cause="code_expired"),
    "ix_logged_requests_endpoint_outcome_id": search_failures(endpoint="userinfo"),
}


@pytest.fixture
def filled(app: Flask) -> Any:
    """Many rows, with statistics where the database keeps some."""
    names = sorted(CATALOGUE)
    events = [
        {
            "id": new_id(),
            "kind": f"{'account' if number % 3 else 'consent'}.kind.{number % 9}",
            "user_id": f"{ID}{number % 10}",
            "client_id": f"{ID}{number % 10}",
            "actor_id": f"{ID}{number % 10}",
            "ip": f"192.0.2.{number % 10}",
        }
        for number in range(ROWS)
    ]
    failures = [
        {
            "id": new_id(),
            "request_id": new_id(),
            "client_id": f"{ID}{number % 10}" if number % 7 else None,
            "endpoint": ("token", "authorize", "userinfo")[number % 3],
            "outcome": "refused" if number % 2 else "ok",
            "cause": names[number % len(names)],
            "status": 400,
            "details": "{}",
        }
        for number in range(ROWS)
    ]
    with app.app_context():
        db.session.execute(insert(Event), events)
        db.session.execute(insert(LoggedRequest), failures)
        db.session.commit()
        if db.engine.dialect.name != "sqlite":
            db.session.execute(text("ANALYZE TABLE events, logged_requests"))
        yield


def plan(query: Select[Any], key: Any) -> str:
    """How the database would find a page of ``query``."""
    return plan_of(query.with_only_columns(key).order_by(key.desc()).limit(26))


def plan_of(page: Select[Any]) -> str:
    name = db.engine.dialect.name
    sql = str(page.compile(dialect=DIALECTS[name], compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN " if name == "sqlite" else "EXPLAIN "
    return " ".join(
        str(tuple(row)) for row in db.session.connection().exec_driver_sql(explain + sql.replace("%%", "%"))
    )


def check(query: Select[Any], key: Any, index: str) -> None:
    told = plan(query, key)
    assert "filesort" not in told, told
    assert "TEMP B-TREE" not in told, told
    names = ("PRIMARY", "sqlite_autoindex", "pk_events") if index == "primary" else (index,)
    assert any(name in told for name in names), told


@pytest.mark.usefixtures("filled")
def test_events_are_found_by_an_index_in_their_order() -> None:
    for index, wanted in EVENTS.items():
        check(search(wanted), Event.id, index)


@pytest.mark.usefixtures("filled")
def test_several_questions_at_once_follow_the_most_telling() -> None:
    everything = Wanted(user_id=f"{ID}1", ip="192.0.2.1", kind="account.kind.1", area="account", since=now())
    check(search(everything), Event.id, "ix_events_user_id_id")
    check(search(Wanted(ip="192.0.2.1", kind="account.kind.1", until=now())), Event.id, "ix_events_ip_id")
    check(
        search_failures(f"{ID}1", "code_expired", "token"),
        LoggedRequest.id,
        "ix_logged_requests_client_id_outcome_id",
    )


@pytest.mark.usefixtures("filled")
def test_failures_are_found_by_an_index_in_their_order() -> None:
    for index, query in FAILURES.items():
        check(query, LoggedRequest.id, index)


@pytest.mark.usefixtures("filled")
def test_the_log_of_an_app_is_walked_in_its_order() -> None:
    check(entries_of(f"{ID}1"), LoggedRequest.id, "ix_logged_requests_client_id_id")
    for outcome in OUTCOMES:
        check(entries_of(f"{ID}1", outcome), LoggedRequest.id, "ix_logged_requests_client_id_outcome_id")


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_causes_of_an_app_are_looked_for_among_its_newest_requests_by_an_index(outcome: str) -> None:
    told = plan_of(newest_of(f"{ID}1", outcome))
    assert "ix_logged_requests_client_id_outcome_id" in told
    assert not re.search("filesort|TEMP B-TREE|SCAN", told), told


@pytest.mark.usefixtures("filled")
def test_the_endpoints_of_the_log_are_each_found_once() -> None:
    assert sorted(list_endpoints()) == ["authorize", "token", "userinfo"]


@pytest.mark.usefixtures("app_context")
def test_an_empty_log_knows_no_endpoint() -> None:
    assert list_endpoints() == []
