"""The version before pushed requests: apps go both ways, and what waits is forgotten."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select

from app import create_app
from app.clients.models import Client
from app.database.rows import db
from app.oauth.models import PushedRequest
from tests import factories as make
from tests.support.databases import KINDS, Databases, make_settings

AFTER = "0033_pushed_requests"


@pytest.mark.parametrize("kind", KINDS)
def test_apps_survive_both_ways_and_need_not_push(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    client = make.make_client(app, make.make_user(app), par_required=True)
    browser = make.browser_of(app, make.make_user(app))
    make.pushed(client, app.test_client())
    with app.app_context():
        downgrade(revision=f"{AFTER}-1")
        assert "pushed_requests" not in inspect(db.engine).get_table_names()
        upgrade()
        db.session.remove()
        assert db.session.get_one(Client, client.id).par_required is False
        assert db.session.scalar(select(func.count()).select_from(PushedRequest)) == 0
        db.session.remove()
    query = make.pushed(client, app.test_client())
    assert "code" in make.answer_of(make.decide(browser, browser.get("/oauth/authorize", query_string=query)))
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
