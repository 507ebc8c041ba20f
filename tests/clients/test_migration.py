"""A filled database of the version before teams: apps, secrets, consents and tokens survive, and teams' apps on the way back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError

from app import create_app
from app.clients import client_secrets
from app.clients.models import Client, ClientSecret, SecretView
from app.clock import now
from app.database.rows import db
from app.teams.models import TeamMember
from app.users.models import User
from tests import factories as make
from tests.support.databases import KINDS, Databases, make_settings

BEFORE = "0027_first_languages"
TABLES = ("clients", "client_secrets", "consents", "token_families", "authorization_codes", "events")
NEW = {"team_id", "for_whom", "groups_only", "par_required"}


@pytest.fixture(params=KINDS)
def filled(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Flask]:
    """A portal of its own, with the tables as they are today."""
    app = create_app(make_settings(databases.new_url(request.param), databases.folder))
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def rows() -> dict[str, list[dict[str, object]]]:
    """Everything that the version before knows."""
    found = {
        name: db.session.execute(text(f"SELECT * FROM {name} ORDER BY id")).mappings() for name in TABLES
    }
    return {
        name: [{key: value for key, value in row.items() if key not in NEW} for row in each]
        for name, each in found.items()
    }


def go_back() -> None:
    """As an operator does."""
    db.session.remove()
    downgrade(revision=BEFORE)


def go_on() -> None:
    """The same to the newest."""
    db.session.remove()
    upgrade()


def app_before(client: make.App) -> tuple[str | None, bool, bool]:
    """Whose app it is in the version before, whether nobody stands for it, and whether it is in care."""
    query = "SELECT owner_id, registered_dynamically, owner_left_at FROM clients WHERE id = :id"
    row = db.session.execute(text(query), {"id": client.id}).one()
    return row.owner_id, bool(row.registered_dynamically), row.owner_left_at is not None


def test_the_apps_of_people_survive_both_ways_and_who_owns_one_has_seen_its_secrets(filled: Flask) -> None:
    anna, bert = make.make_user(filled), make.make_user(filled)
    client, portals = make.make_client(filled, anna), make.make_client(filled)
    browser = make.browser_of(filled, bert)
    answer = make.tokens_for(client, browser)
    make.authorize(portals, browser)  # a code that nobody has redeemed
    with filled.app_context():
        row = db.session.get_one(Client, client.id)
        second, _secret = client_secrets.add_secret(row, "second", actor_id=anna.id, actor_name=anna.username)
        client_secrets.revoke_secret(row, second, actor_id=anna.id)
        db.session.commit()
        before = rows()
        assert [len(before[name]) for name in TABLES[:5]] == [2, 3, 2, 1, 2]
        go_back()
        assert rows() == before
        assert [app_before(each) for each in (client, portals)] == [
            (anna.id, False, False),
            (None, False, False),
        ]
        go_on()
        assert rows() == before
        assert db.session.scalars(select(Client.team_id)).all() == [None, None]
        secrets = select(ClientSecret).where(ClientSecret.client_id == client.id)
        seen = {(secret.id, anna.id, secret.created_at) for secret in db.session.scalars(secrets)}
        views = db.session.execute(select(SecretView.secret_id, SecretView.user_id, SecretView.seen_at))
        assert {tuple(view) for view in views} == seen
        db.session.remove()
    assert make.refresh(browser, client, answer["refresh_token"]).status_code == 200
    _check_foreign_keys(filled, client)


def _check_foreign_keys(app: Flask, client: make.App) -> None:
    """No row without its parent came of it, and the column that was there twice still refers to teams."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
        with pytest.raises(IntegrityError):
            db.session.execute(update(Client).where(Client.id == client.id).values(team_id="0" * 32))
        db.session.remove()


def test_attack_an_app_of_a_team_is_never_the_portals_own_in_the_version_before(filled: Flask) -> None:
    """The longest-standing owner has it, rather one who can sign in; without any it is nobody's, and in care."""
    first, blocked, later, reader = (make.make_user(filled) for _number in range(4))
    cases = {
        "longest": ((first, later), later),
        "active": ((blocked, first), first),
        "blocked": ((blocked,), blocked),
        "deleted": ((), None),
    }
    made = {name: _app_of_team(filled, owners, reader) for name, (owners, _heir) in cases.items()}
    with filled.app_context():
        since = now() - timedelta(days=9)
        db.session.execute(update(TeamMember).where(TeamMember.user_id == later.id).values(since=since))
        db.session.execute(update(User).where(User.id == blocked.id).values(blocked_at=now()))
        db.session.commit()
        revisions = {row.id: row.revision for row in db.session.scalars(select(Client))}
        go_back()
        for name, (_owners, heir) in cases.items():
            expected = (None, True, True) if heir is None else (heir.id, False, False)
            assert app_before(made[name]) == expected, name
        for row in db.session.execute(text("SELECT id, revision FROM clients")):
            assert row.revision != revisions[row.id]  # or a worker would go on with what it knows
        go_on()
        for name, (_owners, heir) in cases.items():
            row = db.session.get_one(Client, made[name].id)
            assert (row.owner_id, row.team_id, row.is_vouched_for) == (heir and heir.id, None, False), name
            assert row.introspects_all is (heir is not None), name
        db.session.remove()


def _app_of_team(app: Flask, owners: tuple[make.Person, ...], reader: make.Person) -> make.App:
    """One of a team with one or two owners, without any of one whose account is deleted; a reader was there first."""
    maker = owners[0] if owners else make.make_user(app)
    others = {"owner": owners[1]} if len(owners) > 1 else {}
    team = make.make_team(app, maker, reader=reader, **others)
    with app.app_context():
        if not owners:
            db.session.execute(update(User).where(User.id == maker.id).values(deleted_at=now()))
        of_reader = update(TeamMember).where(TeamMember.team_id == team.id, TeamMember.user_id == reader.id)
        db.session.execute(of_reader.values(since=now() - timedelta(days=99)))
        db.session.commit()
    return make.make_client(app, maker, team=team, introspects_all=True)
