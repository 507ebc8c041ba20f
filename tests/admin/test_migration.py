"""Events of before the lists of administrators get their area and their app."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, text

from app import create_app
from app.database.rows import db
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0001"
ROWS = {
    "1" * 32: ("clients.client.registered", '{"app": "A", "client_id": "%s"}' % ("c" * 32)),
    "2" * 32: ("account.user.registered", "{}"),
    "3" * 32: ("scopes.scope.created", '{"name": "\\"client_id\\": \\"%s\\""}' % ("d" * 32)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_older_events_are_found_by_area_and_app(databases: Databases, kind: str) -> None:
    url = databases.new_url(kind)
    app = create_app(make_settings(url, databases.folder))
    columns = "id, at, kind, details"
    with app.app_context():
        upgrade()
        downgrade(revision=BEFORE)
        with db.engine.begin() as connection:
            for id_, (name, details) in ROWS.items():
                connection.execute(
                    text(
                        f"INSERT INTO events ({columns}) VALUES (:id, '2026-11-01 00:00:00', :kind, :details)"
                    ),
                    {"id": id_, "kind": name, "details": details},
                )
        upgrade()
        for engine in db.engines.values():
            engine.dispose()
    engine = create_engine(app.config["SETTINGS"].database_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT area, client_id FROM events ORDER BY id")).all()
    engine.dispose()
    assert [tuple(row) for row in found] == [("clients", "c" * 32), ("account", None), ("scopes", None)]
