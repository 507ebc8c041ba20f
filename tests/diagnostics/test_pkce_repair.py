"""The owner of an app that cannot do PKCE makes it optional by one click, as the edit page would."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.clients.models import Client
from tests import factories as make
from tests.account.visitor import mails
from tests.admin import acts
from tests.clients.developers import post
from tests.diagnostics.answers import flush
from tests.oauth.world import World
from tests.support.mailboxes import text_of

OFFER = "Make PKCE optional for this app"
DONE = "PKCE is optional for this app by now."


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


@pytest.fixture
def owners(world: World) -> FlaskClient:
    return make.browser_of(world.app, world.owner)


@pytest.fixture
def client(world: World) -> make.App:
    return world.make_client(pkce_required=True)


def page_of(world: World, refused: TestResponse) -> str:
    """The page that explains why."""
    flush(world.app)
    return f"/failures/{refused.headers['X-Request-Id']}"


def is_required(session: Session, client: make.App) -> bool:
    session.expire_all()
    return session.get_one(Client, client.id).pkce_required


def test_one_click_makes_pkce_optional_and_the_next_request_succeeds(
    world: World, owners: FlaskClient, client: make.App, db_session: Session
) -> None:
    path = page_of(world, world.ask(client))
    page = owners.get(path).text
    assert OFFER in page
    assert "so S256 is better wherever" in page
    assert post(owners, f"{path}/repair", path).location == path
    assert not is_required(db_session, client)
    page = owners.get(path).text
    assert DONE in page
    assert OFFER not in page
    assert f'action="{path}/repair"' not in page
    assert "error=" not in str(world.ask(client).location)


def test_an_old_sign_in_gives_the_password_first(
    world: World, owners: FlaskClient, client: make.App, db_session: Session
) -> None:
    path = page_of(world, world.ask(client))
    acts.grow_stale(db_session)
    asked = post(owners, f"{path}/repair", path)
    assert asked.location == f"/reauthenticate?next={path}"
    assert is_required(db_session, client)
    assert post(owners, asked.location, asked.location, password=make.PASSWORD).location == path
    assert post(owners, f"{path}/repair", path).location == path
    assert not is_required(db_session, client)


def test_the_owner_gets_a_mail_and_so_after_an_edit(
    world: World, owners: FlaskClient, client: make.App, db_session: Session
) -> None:
    path = page_of(world, world.ask(client))
    assert post(owners, f"{path}/repair", path).status_code == 302
    (mail,) = mails(world.app, "pkce_optional")
    assert "PKCE is now optional for" in mail["Subject"]
    assert f"/dashboard/apps/{client.id}/edit" in text_of(mail)
    edit = f"/dashboard/apps/{client.id}/edit"
    form = {
        "name": "Storm",
        "redirect_uris": make.CALLBACK,
        "client_type": "confidential",
        "scopes": "openid",
    }
    for switch, number in (({"pkce_required": "y"}, 1), ({}, 2), ({}, 2)):
        assert post(owners, edit, edit, **form, **switch).status_code == 302
        assert len(mails(world.app, "pkce_optional")) == number


def test_a_second_click_changes_nothing_more(
    world: World, owners: FlaskClient, client: make.App, db_session: Session
) -> None:
    path = page_of(world, world.ask(client))
    for _click in range(2):
        assert post(owners, f"{path}/repair", "/account/sessions").location == path
    assert len(mails(world.app, "pkce_optional")) == 1


def test_a_public_app_keeps_pkce(world: World, owners: FlaskClient, db_session: Session) -> None:
    public = world.make_client(client_type="public")
    path = page_of(world, world.ask(public))
    assert OFFER not in owners.get(path).text
    assert post(owners, f"{path}/repair", "/account/sessions").location == path
    assert is_required(db_session, public)


def test_nobody_else_is_offered_it_or_may_do_it(world: World, client: make.App, db_session: Session) -> None:
    path = page_of(world, world.ask(client))
    assert OFFER not in world.browser.get(path).text
    assert post(world.browser, f"{path}/repair", "/account/sessions").status_code == 404
    assert is_required(db_session, client)


def test_another_cause_of_pkce_offers_no_such_repair(
    world: World, owners: FlaskClient, client: make.App
) -> None:
    path = page_of(world, world.ask(client, code_challenge="x" * 43, code_challenge_method="plain"))
    assert OFFER not in owners.get(path).text
    assert post(owners, f"{path}/repair", "/account/sessions").status_code == 404
