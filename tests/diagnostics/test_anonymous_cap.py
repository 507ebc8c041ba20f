"""What anybody can ask without being signed in fills no app's log."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.diagnostics.models import LoggedRequest
from app.diagnostics.request_log import cap
from app.extensions import background
from tests import factories as make


def test_attack_requests_of_browsers_nobody_is_signed_in_at_fill_the_log_of_an_app(
    app: Flask, client: FlaskClient, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They cost nothing and are no refusals; what people do who are signed in is logged all the same."""
    monkeypatch.setattr(cap, "PER_MINUTE", 4)
    owner = make.make_user(app)
    asked = make.make_client(app, owner)
    for _ in range(10):
        assert make.ask(client, asked).status_code == 303
    signed_in = make.browser_of(app, owner)
    make.authorize(asked, signed_in)
    make.ask(client, asked, response_type="token")
    background.init_app(app)
    background.run_once()
    rows = db_session.scalars(select(LoggedRequest).where(LoggedRequest.endpoint == "authorize")).all()
    anonymous = [row for row in rows if row.user_id is None and row.outcome == "ok"]
    assert len(anonymous) == 4
    assert [row for row in rows if row.user_id == owner.id]
    assert [row.outcome for row in rows if row.user_id is None].count("refused") == 1
    monkeypatch.setattr(cap, "MINUTE", 0.0)
    background.run_once()
    page = signed_in.get(f"/dashboard/apps/{asked.id}/log").text
    assert "6 more requests came from browsers nobody was signed in at" in page
