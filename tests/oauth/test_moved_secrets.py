"""Who can write to the database gives no secret of their own app to another one, and reads none of others."""

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text, update

from app import create_app
from app.clients.models import Client, ClientSecret
from app.crypto import Undecryptable
from app.database.rows import db
from app.diagnostics.models import LoggedRequest
from app.extensions import vault
from tests import factories as make
from tests.account.visitor import submit
from tests.oauth.test_resealing import NEW, OLD, Operator, flush, operator, shown_once
from tests.oauth.world import World
from tests.support.databases import KINDS, Databases, make_settings

__all__ = ["operator"]
BEFORE = "0010_email_keys"
MOVE = "UPDATE client_secrets SET client_id = :to WHERE client_id = :id"
COPY = (
    "UPDATE client_secrets SET digest = (SELECT digest FROM (SELECT * FROM client_secrets) AS theirs"
    " WHERE client_id = :id) WHERE client_id = :to"
)


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def write(world: World, statement: str, **values: str) -> None:
    """Write to the database beside the portal; other workers read the apps anew."""
    with world.app.app_context():
        db.session.execute(text(statement), values)
        db.session.execute(text("UPDATE clients SET revision = 'x'"))
        db.session.commit()


def wrong(world: World, client: make.App) -> bool:
    """Whether the token endpoint refuses the credentials as a wrong secret, in the log as well."""
    answer = world.app_only(client)
    flush(world.app)
    with world.app.app_context():
        newest = select(LoggedRequest.cause).where(LoggedRequest.client_id == client.id)
        cause = db.session.scalars(newest.order_by(LoggedRequest.id.desc())).first()
    return (answer.status_code, answer.json["error"], cause) == (401, "invalid_client", "secret_wrong")


@pytest.mark.parametrize("only_a_digest", [False, True])
@pytest.mark.parametrize("statement", [MOVE, COPY])
def test_attack_a_secret_of_ones_own_app_is_written_to_another_app(
    world: World, statement: str, only_a_digest: bool
) -> None:
    if only_a_digest:
        shown_once(world)
    own, victim = world.other, world.client
    assert world.app_only(own).status_code == 200
    write(world, statement, to=victim.id, id=own.id)
    assert wrong(world, make.App(victim.id, own.secret))
    assert world.app_only(victim).status_code == (401 if statement == COPY else 200)


def test_attack_a_row_without_its_mac_counts_as_none(world: World) -> None:
    assert world.app_only().status_code == 200
    write(world, "UPDATE client_secrets SET mac = NULL")
    assert wrong(world, world.client)


def test_attack_a_secret_of_another_app_is_moved_to_ones_own_and_shown(world: World) -> None:
    own = make.make_client(world.app, world.person)
    with world.app.app_context():
        secret_id = db.session.scalar(
            select(ClientSecret.id).where(ClientSecret.client_id == world.client.id)
        )
    write(world, MOVE, to=own.id, id=world.client.id)
    secrets = f"/dashboard/apps/{own.id}/secrets"
    page = world.browser.get(secrets)
    assert "Not made for this app" in page.text
    assert f"{secret_id}/reveal" not in page.text
    shown = submit(world.browser, f"{secrets}/{secret_id}/reveal", page=secrets, password=make.PASSWORD)
    assert shown.status_code == 404


def test_a_new_encryption_secret_makes_no_moved_secret_good(operator: Operator) -> None:
    own, victim = operator.world.other, operator.world.client
    write(operator.world, MOVE, to=victim.id, id=own.id)
    world = operator.restart(NEW, OLD)
    operator.rotate()
    assert wrong(world, make.App(victim.id, own.secret))
    assert world.app_only(victim).status_code == 200
    assert operator.restart(NEW).app_only(victim).status_code == 200


def test_the_doctor_names_secrets_that_are_not_their_apps(operator: Operator) -> None:
    write(operator.world, MOVE, to=operator.world.client.id, id=operator.world.other.id)
    says = [finding["says"] for finding in operator.doctor() if not finding["well"]]
    assert [line.partition(":")[0] for line in says] == ["1 client secrets do not work"]


@pytest.mark.parametrize("kind", KINDS)
def test_secrets_of_older_versions_go_on_and_what_was_written_beside_the_portal_does_not(
    databases: Databases, kind: str
) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    world = World(app)
    robbed, own = world.make_client(), world.make_client()
    assert [world.app_only(client).status_code for client in (world.client, robbed, own)] == [200] * 3
    with app.app_context():
        downgrade(revision=BEFORE)
        db.session.execute(text(COPY), {"to": robbed.id, "id": own.id})
        db.session.commit()
        upgrade()
        for client in db.session.scalars(select(Client)):
            client.description = "read anew"
        db.session.commit()
    assert [world.app_only(client).status_code for client in (world.client, robbed, own)] == [200, 401, 200]
    assert world.app_only(make.App(robbed.id, own.secret)).status_code == 401
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.mark.parametrize("shown_once", [False, True])
def test_an_upgrade_under_another_encryption_secret_stops_before_it_ends_all_secrets(
    databases: Databases, shown_once: bool
) -> None:
    app = create_app(make_settings(databases.new_url("sqlite"), databases.folder))
    with app.app_context():
        upgrade()
        client = World(app).client
        assert World(app).app_only(client).status_code == 200  # there are signing keys now
        if shown_once:
            db.session.execute(update(ClientSecret).values(sealed=None))
            db.session.commit()
        downgrade(revision=BEFORE)
        vault.configure(NEW)
        with pytest.raises(Undecryptable):
            upgrade()
        vault.configure(OLD)
        upgrade()
    assert World(app).app_only(client).status_code == 200
