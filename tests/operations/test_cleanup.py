"""What has expired is deleted, and nothing else."""

import json
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.clock import now
from app.database.rows import Base, first_id_at
from app.diagnostics.models import LOG_KEPT, LoggedRequest
from app.extensions import background
from app.operations import cleanup, tidying
from tests.support.apps import MakeApp


def test_old_log_rows_are_deleted_batch_by_batch(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cleanup, "ROWS_A_BATCH", 3)
    over, fresh = now() - LOG_KEPT - timedelta(days=1), now() - timedelta(days=1)
    rows = [
        {"request_id": f"r{number}", "at": at, "endpoint": "token", "outcome": "ok", "status": 200}
        for number, at in enumerate([over] * 7 + [fresh])
    ]
    db_session.execute(insert(LoggedRequest), rows)
    db_session.commit()
    done = app.test_cli_runner().invoke(args=["cleanup", "--json"])
    assert done.exit_code == 0
    assert json.loads(done.stdout)["logged_requests"] == 7
    assert list(db_session.scalars(select(LoggedRequest.request_id))) == ["r7"]


def test_every_table_whose_rows_end_is_cleaned_by_an_index() -> None:
    ends = {
        mapper.class_.__tablename__
        for mapper in Base.registry.mappers
        if {"expires_at", "keep_until"} & set(mapper.columns.keys())
    }
    ends -= {"client_secrets"}  # their owner sees when one ended
    cleaned = cleanup.expiring_tables()
    assert ends <= {model.__tablename__ for model in cleaned}
    for model in cleaned:
        assert model.__expiry__ is not None
        first_columns = {next(iter(index.columns)).name for index in model.__table__.indexes}
        assert model.__expiry__.column in first_columns, model.__tablename__


def write_events(session: Session, *ages: timedelta) -> None:
    rows = [
        {"id": f"{first_id_at(now() - age)[:12]}{number:020}", "at": now() - age, "kind": "account.user.registered",
         "area": "account", "details": "{}"}
        for number, age in enumerate(ages)
    ]  # fmt: skip
    session.execute(insert(Event.__table__), rows)
    session.commit()


def events(session: Session) -> int:
    session.expire_all()
    return len(session.scalars(select(Event.id)).all())


def test_events_are_kept_as_long_as_the_setting_says(app_with: MakeApp, db_session: Session) -> None:
    app = app_with(EVENT_RETENTION="30 days")
    write_events(db_session, timedelta(days=31), timedelta(days=29), timedelta(0))
    done = app.test_cli_runner().invoke(args=["cleanup", "--json"])
    assert json.loads(done.stdout)["events"] == 1
    assert events(db_session) == 2


def test_one_worker_deletes_by_itself_what_has_expired_once_an_hour(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    background.init_app(app)
    write_events(db_session, timedelta(days=800), timedelta(days=700))
    background.run_once()
    assert events(db_session) == 2, "a worker that has just started has other things to do"
    monkeypatch.setattr(tidying, "_look_at", 0.0)
    background.run_once()
    assert events(db_session) == 1
    write_events(db_session, timedelta(days=900))
    monkeypatch.setattr(tidying, "_look_at", 0.0)
    background.run_once()
    assert events(db_session) == 2, "another worker of the same hour has nothing to do"
    with time_machine.travel(now() + timedelta(hours=1, minutes=1)):
        monkeypatch.setattr(tidying, "_look_at", 0.0)
        background.run_once()
    assert events(db_session) == 1
