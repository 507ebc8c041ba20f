"""A filled database of the version before: everybody's consents, codes and tokens survive, and are for no team."""

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import column, insert, select, table, text

from app import create_app
from app.clients.models import Client
from app.consents.decisions import give_consent
from app.consents.models import Consent
from app.database.rows import db, new_id
from app.oauth.models import AuthorizationCode, TokenFamily
from app.scopes.models import Scope
from tests import factories as make
from tests.support.databases import KINDS, Databases, make_settings

BEFORE, AFTER = "0028_teams", "0030_team_consents"
TABLES = ("consents", "token_families", "authorization_codes")


@pytest.fixture(params=KINDS)
def filled(request: pytest.FixtureRequest, databases: Databases) -> Flask:
    """A portal of its own with two people who let two apps in, one of them once."""
    app = create_app(make_settings(databases.new_url(request.param), databases.folder))
    with app.app_context():
        upgrade()
    return app


def rows(table: str) -> list[dict[str, object]]:
    found = db.session.execute(text(f"SELECT * FROM {table} ORDER BY id")).mappings().all()
    new = {"team_id", "for_whom", "dpop_jkt", "requested_claims"}
    return [{name: value for name, value in row.items() if name not in new} for row in found]


def test_consents_codes_and_tokens_survive_both_ways_and_refresh_tokens_still_work(filled: Flask) -> None:
    anna, bert = make.make_user(filled), make.make_user(filled)
    clients = [make.make_client(filled), make.make_client(filled)]
    browsers = {person.id: make.browser_of(filled, person) for person in (anna, bert)}
    tokens = [make.tokens_for(client, browsers[anna.id]) for client in clients]
    make.authorize(clients[0], browsers[bert.id])  # a code that nobody has redeemed
    with filled.app_context():
        before = {table: rows(table) for table in TABLES}
        assert {table: len(found) for table, found in before.items()} == dict(
            zip(TABLES, (3, 2, 3), strict=True)
        )
        db.session.remove()
        downgrade(revision=BEFORE)
        assert "for_whom" not in db.session.execute(text("SELECT * FROM consents")).keys()  # noqa: SIM118
        assert {table: rows(table) for table in TABLES} == before
        db.session.remove()
        upgrade(revision=AFTER)
        assert {table: rows(table) for table in TABLES} == before
        assert db.session.execute(select(Consent.team_id, Consent.for_whom)).all() == [(None, "")] * 3
        db.session.remove()
        upgrade()
    for client, answer in zip(clients, tokens, strict=True):
        assert make.refresh(browsers[anna.id], client, answer["refresh_token"]).status_code == 200
    _check_foreign_keys(filled, anna)


def _check_foreign_keys(app: Flask, person: make.Person) -> None:
    """What hangs on a consent goes with it, as before; and a row without its parent is refused."""
    with app.app_context():
        assert db.session.scalars(select(TokenFamily.id).where(TokenFamily.user_id == person.id)).all()
        db.session.execute(text("DELETE FROM consents WHERE user_id = :id"), {"id": person.id})
        db.session.commit()
        for model in (TokenFamily, AuthorizationCode):
            assert not db.session.scalars(select(model.id).where(model.user_id == person.id)).all()
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1
            assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def test_a_scope_of_that_name_gives_way_people_are_asked_anew_and_the_operator_reads_so(
    filled: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    anna, bert = make.make_user(filled), make.make_user(filled)
    client = make.make_client(filled, scopes=("openid", "email", "teams"))
    with filled.app_context():
        give_consent(anna.id, client.id, ["openid", "teams", "teams.read"], ["email"])
        give_consent(bert.id, client.id, ["openid"], ["teams", "email"])
        db.session.commit()
        downgrade(revision=BEFORE)
        scope = {"name": "teams", "description_en": "x", "description_de": "x", "restricted": False}
        scope |= {"audience": "https://api.example", "created_at": "2026-11-01 10:00:00"}
        db.session.execute(insert(table("scopes", *map(column, scope))).values(scope))
        db.session.commit()
        db.session.remove()
        upgrade()
        said = capsys.readouterr().out
        assert "no longer for https://api.example" in said
        assert "people who allowed it are asked anew" in said
        assert db.session.scalars(select(Scope)).all() == []
        found = {row.user_id: (row.scope, row.declined) for row in db.session.scalars(select(Consent))}
        assert found == {anna.id: ("openid teams.read", "email"), bert.id: ("openid", "email")}
        assert "teams" in db.session.scalars(select(Client.scopes)).one().split()
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def test_what_was_given_for_a_team_is_nobodys_own_in_the_version_before(filled: Flask) -> None:
    anna, client = make.make_user(filled), make.make_client(filled)
    team = make.make_team(filled, anna)
    browser = make.browser_of(filled, anna)
    make.tokens_for(client, browser)
    with filled.app_context():
        [own] = db.session.scalars(select(Consent.id))
        [family] = db.session.execute(select(TokenFamily.__table__)).mappings().all()
        for_team = {"id": new_id(), "user_id": anna.id, "client_id": client.id, "scope": "openid"}
        values = {**for_team, "declined": "", "team_id": team.id, "for_whom": team.id}
        db.session.execute(insert(Consent).values(values))
        other = {**family, "id": new_id(), "consent_id": for_team["id"]}
        db.session.execute(insert(TokenFamily.__table__).values(other))
        db.session.commit()
        downgrade(revision=BEFORE)
        assert [row["id"] for row in rows("consents")] == [own]
        assert [row["id"] for row in rows("token_families")] == [family["id"]]
        db.session.remove()
        upgrade()
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
