"""The way to groups from a filled database of the version before, and back."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from app import create_app
from app.clients.models import Client
from app.consents.decisions import give_consent
from app.consents.models import Consent
from app.database.rows import db
from app.scopes import catalogue
from tests import factories as make
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0028_teams"
DEFINED = (
    "INSERT INTO scopes (name, description_en, description_de, audience, restricted, created_at) "
    "VALUES ('groups', 'Read your groups', 'Ihre Gruppen lesen', NULL, 0, '2026-11-01 10:00:00')"
)


@pytest.mark.parametrize("kind", KINDS)
def test_apps_stay_open_and_a_permission_of_this_name_is_asked_for_anew(
    databases: Databases, kind: str
) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    client = make.make_client(app, scopes=("openid", "groups"))
    person = make.make_user(app)
    group = make.make_group(app, "Sales", person)
    make.restrict(app, client, group)
    with app.app_context():
        give_consent(person.id, client.id, ["openid", "groups"], ["email"])
        db.session.commit()
        downgrade(revision=BEFORE)
        with db.engine.begin() as connection:
            connection.execute(text(DEFINED))
        upgrade()
        row = db.session.get_one(Client, client.id)
        assert (row.groups_only, row.scope_list) == (False, ["openid", "groups"])
        consent = db.session.query(Consent).one()
        assert (consent.scope, consent.declined) == ("openid", "email")
        catalogue.forget()
        assert [scope.name for scope in catalogue.list_scopes()].count("groups") == 1
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
