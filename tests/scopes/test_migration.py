"""Apps and consents of before lose the names of scopes that were deleted, and nothing else."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app import create_app
from app.consents.decisions import give_consent
from app.consents.models import Consent
from app.database.rows import db
from tests import factories as make
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0002_people_indexes"
KEPT = ("openid", "users.read", "Reports.read", "reports.read.all")


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_deleted_scopes_are_forgotten(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    for name in ("reports.read", "gone.long.ago", *KEPT[2:]):
        make.make_scope(app, name)
    client = make.make_client(app, scopes=("openid", "reports.read", *KEPT[1:]))
    untouched = make.make_client(app, scopes=KEPT)
    person = make.make_user(app)
    with app.app_context():
        give_consent(person.id, client.id, ["openid", "reports.read", *KEPT[2:]], ["gone.long.ago", "email"])
        db.session.commit()
        before = _apps()
        downgrade(revision=BEFORE)
        with db.engine.begin() as connection:
            connection.execute(text("DELETE FROM scopes WHERE name IN ('reports.read', 'gone.long.ago')"))
        upgrade()
        after = _apps()
        assert after[client.id][0].split() == list(KEPT)
        assert after[client.id][1] != before[client.id][1]
        assert after[untouched.id] == before[untouched.id]
        consent = db.session.query(Consent).one()
        assert (consent.scope, consent.declined) == ("openid Reports.read reports.read.all", "email")
        assert db.session.execute(text("SELECT DISTINCT restricted FROM scopes")).scalars().all() == [0]
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _apps() -> dict[str, tuple[str, str]]:
    with db.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, scopes, revision FROM clients")).all()
    return {row.id: (row.scopes, row.revision) for row in rows}
