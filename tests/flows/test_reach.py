"""An app that no administrator has checked reaches so many people and no more (UNVERIFIED_APP_PEOPLE)."""

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.clients import verified
from app.clients.models import Client
from app.database.rows import db
from app.extensions import background
from app.notifications.models import OutgoingMail
from app.users.models import User
from tests import factories as make
from tests.oauth.world import World
from tests.support.apps import MakeApp

MOST = 2


@pytest.fixture
def world(app_with: MakeApp) -> World:
    return World(app_with(UNVERIFIED_APP_PEOPLE=str(MOST)))


def mails(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(OutgoingMail.template == "app_full")) or 0


def newcomer(world: World) -> make.FlaskClient:
    return make.browser_of(world.app, make.make_user(world.app))


def test_whoever_comes_later_is_sent_to_an_administrator_and_the_others_go_on(world: World) -> None:
    make.authorize(world.client, world.browser)
    make.authorize(world.client, newcomer(world))
    late = newcomer(world)
    page = make.ask(late, world.client)
    assert (page.status_code, "Location" in page.headers) == (403, False)
    assert "ask an administrator" in page.text
    assert make.answer_of(make.ask(late, world.client, prompt="none"))["error"] == "access_denied"
    make.authorize(world.client, world.browser)
    background.init_app(world.app)
    background.run_once()
    log = make.browser_of(world.app, world.owner).get(f"/dashboard/apps/{world.client.id}/log?cause=app_full")
    assert 'data-cause="app_full"' in log.text
    page = make.browser_of(world.app, world.owner).get(f"/dashboard/apps/{world.client.id}").text
    assert f"{MOST} of at most {MOST}, until an administrator verifies it" in page
    assert "This app has reached the number of people that an unchecked app may have." in page


def test_who_never_confirmed_an_address_is_not_counted(world: World) -> None:
    owner, strangers = make.browser_of(world.app, world.owner), [newcomer(world) for _ in range(MOST)]
    for browser in strangers:
        make.authorize(world.client, browser)
    with world.app.app_context():
        db.session.execute(update(User).where(User.id != world.owner.id).values(email_verified_at=None))
        db.session.commit()
    assert make.ask(owner, world.client).status_code in (200, 302)


def test_the_owner_is_let_into_their_own_full_app(world: World) -> None:
    for _ in range(MOST):
        make.authorize(world.client, newcomer(world))
    make.authorize(world.client, make.browser_of(world.app, world.owner))
    assert make.ask(newcomer(world), world.client).status_code == 403


def test_attack_a_newcomer_posts_the_decision_at_once(world: World) -> None:
    late = newcomer(world)
    page = make.ask(late, world.client)
    for _ in range(MOST):
        make.authorize(world.client, newcomer(world))
    answer = make.decide(late, page)
    assert answer.headers["Location"].startswith("/oauth/authorize?")
    assert late.get(answer.headers["Location"]).status_code == 403


def test_owner_and_administrators_are_told_once(world: World) -> None:
    admin = make.make_user(world.app)
    with world.app.app_context():
        db.session.get(User, admin.id).is_admin = True
        db.session.commit()
    for _ in range(MOST):
        make.authorize(world.client, newcomer(world))
    assert mails(world.app) == 0
    for _ in range(3):
        assert make.ask(newcomer(world), world.client).status_code == 403
    assert mails(world.app) == 2


def test_who_is_vouched_for_reaches_everybody(world: World) -> None:
    own = make.make_client(world.app)
    world.change(lambda row: verified.trust_client(row, actor_id=world.owner.id))
    for client in (own, world.client):
        for _ in range(MOST + 1):
            make.authorize(client, newcomer(world))


def test_the_page_of_an_app_shows_its_exceptions_and_only_those_it_has(world: World) -> None:
    path, owner = f"/dashboard/apps/{world.client.id}", make.browser_of(world.app, world.owner)
    exceptions = ("lean: the person by ID only", "without iss")
    assert not any(words in owner.get(path).text for words in exceptions)

    def switch_on(row: Client) -> None:
        row.lean_id_tokens = row.errors_without_iss = True

    world.change(switch_on)
    admin = make.browser_of(world.app, make.make_user(world.app, is_admin=True))
    for page in (owner.get(path), admin.get(f"/admin/apps/{world.client.id}")):
        assert all(words in page.text for words in exceptions)
