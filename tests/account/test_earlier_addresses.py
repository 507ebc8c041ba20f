"""While an earlier address can take the account back, it hears of what is done there; it gets nothing that opens it."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.account.email_links import Purpose, create_link
from app.account.passwords import tell_password_changed
from app.authentication import replays, sessions
from app.clients import client_secrets
from app.clients.models import Client
from app.clients.owner_notices import tell_of_redirect_uris
from app.clients.registration import delete_client
from app.clock import now
from app.database.rows import db
from app.notifications.delivery import deliver_due
from app.users import accounts, administrators
from tests import factories as make
from tests.account.test_email_change import EVIL, NEW, OLD, change, link_to, thief
from tests.account.visitor import (
    ANOTHER_PASSWORD,
    PASSWORD,
    last_link,
    mails,
    person,
    sign_in,
    sign_up,
    submit,
)
from tests.oauth.world import World
from tests.support.apps import MakeApp
from tests.support.mailboxes import Mailbox, text_of

NOTICES = [
    *("password_changed", "email_changed", "new_browser", "session_copied", "new_administrator"),
    *("secret_added", "secret_revealed", "secrets_replaced", "redirect_uris_changed", "app_deleted"),
]
DOORS = re.compile(r"pf_link_|/(reset-password|verify-email|undo-email|recover)/")


@pytest.fixture
def robbed(app: Flask, client: FlaskClient) -> FlaskClient:
    """The browser of a thief, who has changed the address of anna's account to their own."""
    sign_up(client)
    submit(client, last_link(app, "verify_email"))
    attacker = thief(app)
    change(app, attacker, EVIL)
    return attacker


def recipients(app: Flask, template: str) -> list[str]:
    return sorted(mail["To"] for mail in mails(app, template))


def add_secret(row: Client) -> None:
    client_secrets.add_secret(row, "theirs", actor_id=row.owner_id)


def rotate(row: Client) -> None:
    client_secrets.rotate(row, actor_id=row.owner_id)


def reveal_newest(row: Client) -> None:
    client_secrets.reveal_secret(row, client_secrets.list_live(row)[-1], actor_id=row.owner_id)


def edit_redirect_uris(row: Client) -> None:
    before, row.redirect_uris = row.redirect_uri_list, "https://evil.example/callback"
    tell_of_redirect_uris(row, before, by=row.owner_id)


def delete(row: Client) -> None:
    delete_client(row, actor_id=row.owner_id)


def change_password(attacker: FlaskClient) -> None:
    fields = {"current_password": PASSWORD, "password": ANOTHER_PASSWORD}
    assert submit(attacker, "/account/security", **fields).status_code == 303


def test_attack_a_thief_goes_on_unnoticed_behind_another_address(app: Flask, robbed: FlaskClient) -> None:
    change_password(robbed)
    sign_in(app.test_client(), password=ANOTHER_PASSWORD)
    assert recipients(app, "password_changed") == recipients(app, "new_browser")[-2:] == [OLD, EVIL]
    (told,) = (mail for mail in mails(app, "password_changed") if mail["To"] == OLD)
    text = " ".join(text_of(told).split())
    assert "If you did not change it, open the link in the email with which we told you of the change" in text
    assert "/forgot-password" not in text, "it would send the link to the thief"


def test_attack_a_thief_changes_the_address_once_more(app: Flask, robbed: FlaskClient) -> None:
    change(app, robbed, "second@evil.example")
    assert recipients(app, "email_changed") == [OLD, OLD, EVIL]
    again = [mail for mail in mails(app, "email_changed") if mail["To"] == OLD][-1]
    assert not DOORS.search(text_of(again))


def test_attack_a_thief_takes_a_change_back_to_an_address_of_their_own(
    app: Flask, robbed: FlaskClient
) -> None:
    change(app, robbed, "second@evil.example")
    submit(app.test_client(), link_to(app, EVIL))
    assert recipients(app, "email_changed") == [OLD, OLD, OLD, EVIL]


def test_every_notice_of_an_account_reaches_the_address_that_can_take_it_back(
    app: Flask, robbed: FlaskClient, db_session: Session
) -> None:
    anna = person(db_session)
    world = World(app)
    world.owner = make.Person(anna.id, "anna", EVIL)
    change_password(robbed)
    change(app, robbed, "second@evil.example", ANOTHER_PASSWORD)
    sign_in(app.test_client(), password=ANOTHER_PASSWORD)
    for rule in (add_secret, rotate, reveal_newest, edit_redirect_uris, delete):
        world.change(rule)
    with app.app_context():
        administrators.appoint(accounts.get_user(anna.id))
        replays.end_copied_session(sessions.list_sessions(anna.id)[0].id)
        db.session.commit()
    told = {name for name in NOTICES if OLD in recipients(app, name)}
    assert told == set(NOTICES)


def test_what_opens_the_account_goes_to_the_address_that_counts_alone(
    app: Flask, robbed: FlaskClient
) -> None:
    submit(app.test_client(), "/forgot-password", email=EVIL)
    submit(robbed, "/account/email", email="second@evil.example", current_password=PASSWORD)
    change_password(robbed)
    assert recipients(app, "reset_password") == [EVIL]
    for mail in mails(app):
        if mail["To"] == OLD and "earlier address" in text_of(mail):
            assert not DOORS.search(text_of(mail)), mail["Subject"]


def test_the_earlier_address_hears_no_more_once_it_cannot_take_the_change_back(
    app: Flask, robbed: FlaskClient
) -> None:
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        sign_in(robbed)
        change_password(robbed)
        assert recipients(app, "password_changed") == [EVIL]


def test_an_address_that_was_given_back_is_told_once(app: Flask, robbed: FlaskClient) -> None:
    owner = app.test_client()
    submit(owner, link_to(app, OLD))
    submit(owner, link_to(app, OLD, "email_given_back"), password=ANOTHER_PASSWORD)
    assert recipients(app, "password_changed") == [OLD]


def test_the_notice_arrives_in_the_language_of_the_account(app_with: MakeApp, smtp_server: Mailbox) -> None:
    app = app_with(MAIL_URL=smtp_server.url)
    with app.app_context():
        user = accounts.register("anna", NEW, email_verified=True, locale="de")
        create_link(Purpose.UNDO_EMAIL, user, email=OLD)
        tell_password_changed(user)
        db.session.commit()
        deliver_due()
    assert sorted(smtp_server.recipients) == [[OLD], [NEW]]
    text = " ".join(text_of(smtp_server.wait_for(OLD)).split())
    assert "Diese E-Mail geht auch an Ihre frühere Adresse" in text
    assert "frühere Adresse" not in text_of(smtp_server.wait_for(NEW))
