"""Sessions of the version before, whose tokens were never replaced."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from app import create_app
from app.authentication.lifetimes import Stay
from app.authentication.models import BrowserSession
from app.authentication.session_tokens import find_session
from app.authentication.sessions import start_session
from app.database.rows import db
from app.users import accounts
from tests import factories as make
from tests.support.databases import KINDS, Databases, make_settings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE = "0006_authentic_signing_keys"


@pytest.mark.parametrize("kind", KINDS)
def test_sessions_go_on_and_end_some_time_after_their_sign_in(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    person = make.make_user(app)
    tokens = {}
    with app.app_context():
        for days in (1, 60, 91):
            with time_machine.travel(NOON - timedelta(days=days), tick=False):
                _row, tokens[days] = start_session(
                    accounts.get_user(person.id), stay=Stay.REMEMBERED, ip=None, device=None
                )
        db.session.commit()
        downgrade(revision=BEFORE)
        # Each visit moved the end on, for ever.
        db.session.execute(text("UPDATE browser_sessions SET expires_at = '2026-04-01 00:00:00'"))
        db.session.commit()
        upgrade()
        db.session.remove()
        assert all(row.rotated_at == row.created_at for row in db.session.scalars(select(BrowserSession)))
        with time_machine.travel(NOON, tick=False):
            found = {days: find_session(token) for days, token in tokens.items()}
        assert [days for days, each in found.items() if each is not None] == [1, 60]
        assert found[1] is not None
        assert found[1].is_due
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
