"""An address that the mail server refuses is marked: its person and administrators are told, until it works again."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.database.rows import db
from app.notifications import delivery
from app.notifications.mail import queue_mail
from app.users import accounts
from app.users.models import User
from tests import factories as make
from tests.account.visitor import link_of, sign_in, submit
from tests.admin import pages
from tests.support.apps import MakeApp
from tests.support.relays import Relay, running

LINK = "https://portal.example/x"
UNKNOWN = "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown"
MARKED = "do not arrive"
OURS = [
    "550 5.7.1 unable to relay",
    "550 5.7.26 this mail is unauthenticated",
    "550 5.1.8 sender address rejected: domain not found",
    "554 5.7.1 relay access denied",
    "530 5.7.0 authentication required",
    "550 relay not permitted",
    "550-Verification failed for <portal@example.org>\r\n550 Sender verify failed",
    "550 blocked, see https://blocklist.example",
    "552 5.2.2 mailbox full",
    "550 5.2.2 mailbox full",
    "450 4.1.1 try again later",
]


@pytest.fixture
def relay() -> Relay:
    return Relay()


@pytest.fixture
def portal(make_app: MakeApp, relay: Relay) -> Iterator[Flask]:
    """A portal with anna, whose emails go to the relay."""
    with running(relay) as url:
        app = make_app(MAIL_URL=url, MAIL_FROM="portal@example.org")
        make.make_user(app, "anna")
        yield app


def send(app: Flask, to: str = "anna@example.org") -> None:
    with app.app_context():
        queue_mail(to, "en", "password_changed", link=LINK, host="x", at=now().isoformat())
        db.session.commit()
        delivery.deliver_due()


def refuse(app: Flask, relay: Relay, answer: str = UNKNOWN) -> None:
    relay.answers["rcpt"] = answer
    send(app)


def anna(session: Session) -> User:
    session.expire_all()
    return session.scalars(select(User).where(User.username == "anna")).one()


def browser_of(app: Flask, name: str = "anna") -> FlaskClient:
    browser = app.test_client()
    sign_in(browser, name, make.PASSWORD)
    return browser


def test_the_next_sign_in_says_so_with_the_way_to_another_address(
    portal: Flask, relay: Relay, db_session: Session
) -> None:
    before = anna(db_session).updated_at
    refuse(portal, relay)
    assert anna(db_session).email_refusal == "550 5.1.1 Recipient address rejected: User unknown"
    assert anna(db_session).updated_at == before, "apps read nothing that has changed"
    page = browser_of(portal).get("/account").text
    assert MARKED in page
    assert "anna@example.org" in page
    assert 'href="/account/email"' in page


def test_administrators_see_the_words_of_the_server(portal: Flask, relay: Relay, db_session: Session) -> None:
    _chief, browser = pages.administrator(portal)
    path = f"/admin/users/{anna(db_session).id}"
    assert "Recipient address rejected" not in browser.get(path).text
    refuse(portal, relay, "550 5.1.1 no <b>such</b> user")
    assert "550 5.1.1 no &lt;b&gt;such&lt;/b&gt; user" in browser.get(path).text


@pytest.mark.parametrize("answer", OURS)
def test_a_refusal_that_speaks_of_us_marks_nobody(
    portal: Flask, relay: Relay, db_session: Session, answer: str
) -> None:
    refuse(portal, relay, answer)
    assert anna(db_session).email_refused_at is None
    with time_machine.travel(now() + timedelta(minutes=2)), portal.app_context():
        delivery.deliver_due()
    assert relay.recipients == [["anna@example.org"]], "the email was not lost"


def test_a_refused_sender_marks_nobody(portal: Flask, relay: Relay, db_session: Session) -> None:
    relay.answers["mail"] = "550 5.1.1 who are you?"
    send(portal)
    assert anna(db_session).email_refused_at is None


def test_a_later_email_that_is_taken_ends_the_mark(portal: Flask, relay: Relay, db_session: Session) -> None:
    refuse(portal, relay)
    send(portal, "ANNA@example.org")
    assert (anna(db_session).email_refused_at, anna(db_session).email_refusal) == (None, None)


def test_an_address_that_is_confirmed_later_ends_the_mark(
    portal: Flask, relay: Relay, db_session: Session
) -> None:
    refuse(portal, relay)
    assert anna(db_session).refused_email == "anna@example.org"
    db_session.execute(update(User).values(email_verified_at=now()))
    db_session.commit()
    assert anna(db_session).refused_email is None


def test_another_address_ends_the_mark(portal: Flask, relay: Relay, db_session: Session) -> None:
    refuse(portal, relay)
    browser = browser_of(portal)
    submit(browser, "/account/email", email="anna@new.example", current_password=make.PASSWORD)
    with portal.app_context():
        delivery.deliver_due()
    link = next(mail for mail in relay.messages if mail["To"] == "anna@new.example")
    assert MARKED in browser.get("/account").text, "until it is confirmed"
    submit(browser, link_of(link))
    assert anna(db_session).email == "anna@new.example"
    assert MARKED not in browser.get("/account").text


def test_an_email_to_nobodys_address_marks_nobody(portal: Flask, relay: Relay, db_session: Session) -> None:
    relay.answers["rcpt"] = UNKNOWN
    send(portal, "somebody@example.org")
    assert anna(db_session).email_refused_at is None


def test_nothing_of_a_refusal_is_left_of_a_deleted_person(
    portal: Flask, relay: Relay, db_session: Session
) -> None:
    refuse(portal, relay)
    user_id = anna(db_session).id
    with portal.app_context():
        accounts.delete(accounts.get_user(user_id))
        db.session.commit()
    db_session.expire_all()
    gone = db_session.get(User, user_id)
    assert gone is not None
    assert (gone.email_refused_at, gone.email_refusal) == (None, None)
