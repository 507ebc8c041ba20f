"""What has expired is deleted, and nothing else."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.clock import now
from app.database.rows import Base
from app.diagnostics.models import LOG_KEPT, LoggedRequest
from app.operations import cleanup


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
