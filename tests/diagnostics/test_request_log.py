import threading
from datetime import datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.authentication.access import public
from app.clients.models import Client
from app.database.rows import db
from app.diagnostics import causes, request_log
from app.diagnostics.models import LoggedRequest
from app.diagnostics.request_log import reading, writing
from app.diagnostics.request_log import row as row_module
from app.diagnostics.request_log.cap import PER_MINUTE
from tests.diagnostics.answers import answer, everything_kept, flush, make_client
from tests.support.apps import MakeApp
from tests.support.statements import count_statements


def rows(db_session: Session) -> list[LoggedRequest]:
    db_session.expire_all()
    return list(db_session.scalars(select(LoggedRequest).order_by(LoggedRequest.id)))


def test_a_refusal_is_in_the_log_when_the_answer_is(app: Flask, db_session: Session) -> None:
    client_id = make_client(app, None)
    request_id = answer(app, client_id, causes.CODE_EXPIRED, endpoint="token", lifetime=60)
    (row,) = rows(db_session)
    assert (row.request_id, row.client_id, row.endpoint) == (request_id, client_id, "token")
    assert (row.outcome, row.cause, row.error, row.status) == (
        "refused",
        "code_expired",
        "invalid_grant",
        400,
    )


@pytest.mark.parametrize("microsecond", [0, 1, 100_000, 999_999])
def test_the_moment_in_the_log_is_the_one_that_was_noted(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch, microsecond: int
) -> None:
    moment = datetime(2026, 3, 29, 1, 59, 59, microsecond, tzinfo=timezone(timedelta(hours=2)))
    monkeypatch.setattr(row_module, "now", lambda: moment)
    answer(app, make_client(app, None), causes.CODE_EXPIRED, endpoint="token", lifetime=60)
    (row,) = rows(db_session)
    assert row.at == moment
    assert db_session.scalar(select(LoggedRequest.id).where(LoggedRequest.at == moment)) == row.id


def test_a_success_costs_its_request_no_statement_and_comes_with_the_next_batch(
    app: Flask, db_session: Session
) -> None:
    client_id = make_client(app, None)
    flush(app)  # what earlier tests of this process have used
    with count_statements() as statements:
        for _ in range(20):
            answer(app, client_id, remarks=[causes.STATE_MISSING, causes.NONCE_MISSING])
    assert statements == []
    assert rows(db_session) == []
    with count_statements() as statements:
        flush(app)
    assert len(statements) == 1, statements
    assert {(row.outcome, row.cause, row.remarks) for row in rows(db_session)} == {
        ("ok", "state_missing", " nonce_missing ")
    }
    assert len(rows(db_session)) == 20


def test_a_refusal_keeps_its_remarks_and_can_be_found_by_them(app: Flask) -> None:
    client_id = make_client(app, None)
    answer(app, client_id, causes.USER_DECLINED, remarks=[causes.STATE_MISSING])
    with app.app_context():
        for cause in ("user_declined", "state_missing"):
            (entry,), _older = reading.list_entries(client_id, cause=cause)
            assert [each.name for each in entry.causes] == ["user_declined", "state_missing"]
        assert reading.list_entries(client_id, cause="nonce_missing") == ([], None)


def test_an_underscore_in_a_cause_is_no_wildcard(app: Flask) -> None:
    client_id = make_client(app, None)
    answer(app, client_id, remarks=[causes.STATE_MISSING, causes.NONCE_MISSING])
    flush(app)
    with app.app_context():
        assert reading.list_entries(client_id, cause="nonceXmissing' OR 1=1 --")[0] != []  # no filter at all
        assert len(reading.list_entries(client_id, cause="nonce_missing")[0]) == 1


def test_a_row_is_written_though_the_endpoint_forgot_to_finish_and_left_a_transaction_open(
    make_app: MakeApp, db_session: Session
) -> None:
    app = make_app()
    client_id = make_client(app, None)

    def refuse() -> tuple[str, int]:
        request_log.begin("token", {})
        request_log.attribute_to(client_id=client_id)
        db.session.get(Client, client_id).description = "never committed"
        db.session.flush()
        request_log.refused(causes.CODE_UNKNOWN)
        return "refused", 400

    app.view_functions["static"] = public(lambda filename: refuse())
    assert app.test_client().get("/static/x").status_code == 400
    (row,) = rows(db_session)
    assert (row.cause, row.status, row.client_id) == ("code_unknown", 400, client_id)
    assert db_session.get_one(Client, client_id).description == ""


def test_another_answer_than_usual_is_kept_as_it_was_given(app: Flask, db_session: Session) -> None:
    with app.test_request_context():
        request_log.begin("userinfo", {})
        request_log.refused(causes.USER_BLOCKED, as_error="invalid_token")
        request_log.finish(401)
        request_log.finish(401)
    (row,) = rows(db_session)
    assert (row.error, row.status) == ("invalid_token", 401)


@pytest.mark.parametrize(
    ("status", "cause"), [(429, "rate_limited"), (503, "portal_trouble"), (500, "portal_trouble")]
)
def test_our_own_trouble_is_logged_without_waiting_for_the_database(
    app: Flask, db_session: Session, status: int, cause: str
) -> None:
    with count_statements() as statements:
        answer(app, status=status)
    assert statements == []
    flush(app)
    assert [row.cause for row in rows(db_session)] == [cause]


def test_a_request_that_is_left_out_leaves_no_row(app: Flask, db_session: Session) -> None:
    with app.test_request_context():
        request_log.begin("token", {})
        request_log.forget()
        request_log.finish(200)
    flush(app)
    assert rows(db_session) == []


@pytest.mark.parametrize("client_id", ["' OR 1=1", "x" * 33, "\x00", "ä", ""])
def test_an_id_that_cannot_be_one_is_not_kept(app: Flask, db_session: Session, client_id: str) -> None:
    answer(app, client_id, causes.CLIENT_UNKNOWN)
    assert rows(db_session)[0].client_id is None


def test_beyond_the_cap_refusals_are_counted_only_and_other_apps_are_not_touched(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    loud, quiet = make_client(app, None, "Loud"), make_client(app, None, "Quiet")
    for _ in range(PER_MINUTE + 5):
        last = answer(app, loud, causes.SECRET_WRONG)
    answer(app, quiet, causes.SECRET_WRONG)
    kept = rows(db_session)
    assert [row.client_id for row in kept].count(loud) == PER_MINUTE
    assert [row.client_id for row in kept].count(quiet) == 1
    assert last not in everything_kept(app)
    monkeypatch.setattr("app.diagnostics.request_log.cap.MINUTE", 0.0)
    flush(app)
    with app.app_context():
        (newest, *_), _older = reading.list_entries(loud)
        assert newest.more == 5
    assert answer(app, loud, causes.SECRET_WRONG) in everything_kept(app)


def test_trouble_with_the_log_reaches_stderr_without_values_and_never_the_app(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    class Unspeakable:
        def __str__(self) -> str:
            raise RuntimeError("pf_secret_hidden")

    answer(app, cause=causes.SECRET_WRONG, parameters=[("scope", Unspeakable())])  # type: ignore[list-item]
    assert "RuntimeError" in caplog.text
    assert "pf_secret_hidden" not in caplog.text


def test_rows_wait_while_the_database_is_away(app: Flask, db_session: Session) -> None:
    answer(app)
    with app.app_context():
        waiting = writing._rows()
        begin, waiting._begin = waiting._begin, _broken
        writing.flush_log()
        writing.flush_log()
        waiting._begin = begin
        writing.flush_log()
    assert len(rows(db_session)) == 1


def _broken() -> None:
    raise OperationalError("INSERT", {}, Exception("away"))


def test_the_rows_that_wait_are_bounded(
    app: Flask, monkeypatch: pytest.MonkeyPatch, db_session: Session
) -> None:
    monkeypatch.setattr(writing, "MOST_WAITING", 3)
    for _ in range(5):
        answer(app)
    flush(app)
    assert len(rows(db_session)) == 3


def test_rows_of_many_threads_are_all_kept_once(app: Flask, db_session: Session) -> None:
    def work() -> None:
        for _ in range(25):
            answer(app)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        flush(app)
    flush(app)
    assert len({row.request_id for row in rows(db_session)}) == 200


def test_paging_shows_every_row_once_though_new_ones_arrive(app: Flask) -> None:
    client_id = make_client(app, None)
    ids = [answer(app, client_id, causes.CODE_UNKNOWN) for _ in range(7)]
    seen: list[str] = []
    with app.app_context():
        entries, older = reading.list_entries(client_id, limit=3)
        seen += [entry.request_id for entry in entries]
        answer(app, client_id, causes.CODE_UNKNOWN)
        while older:
            entries, older = reading.list_entries(client_id, limit=3, before=older)
            seen += [entry.request_id for entry in entries]
    assert seen == ids[::-1]


def test_requests_of_no_app_are_listed_apart(app: Flask) -> None:
    client_id = make_client(app, None)
    answer(app, client_id, causes.CODE_UNKNOWN)
    nobodys = answer(app, cause=causes.CLIENT_UNKNOWN)
    with app.app_context():
        (entry,), _older = reading.list_entries(None)
        assert entry.request_id == nobodys
