"""Deleting one's own account: at once, for good, after password and username."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.account.email_changes import ask_for_change
from app.account.profile import change_profile
from app.audit.events import EventKind
from app.audit.models import Event
from app.authentication.models import BrowserSession
from app.clock import now
from app.database.rows import db
from app.extensions import background, vault
from app.notifications.mail import queue_mail, sealed_for
from app.notifications.models import OutgoingMail
from app.notifications.sms import queue_sms
from app.oauth.models import TokenFamily
from app.site.log_lines import JsonLines
from app.users import accounts
from app.users.models import User
from tests import factories as make
from tests.account.visitor import (
    PASSWORD,
    is_signed_in,
    last_link,
    mails,
    person,
    sign_in,
    sign_out,
    sign_up,
    submit,
)
from tests.admin import acts, pages
from tests.users.test_nothing_left import texts

PAGE, DELETE = "/account/data", "/account/data/delete"
HOME = "198.51.100.77"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TELLING = (
    "annamaria",
    "Musterfrau",
    "+4930901820",
    "30 901820",
    HOME,
    "Firefox",
    "old.example",
    "new.example",
)


def delete(
    browser: FlaskClient, confirm: str = "annamaria", password: str = PASSWORD, **more: str
) -> TestResponse:
    return submit(browser, DELETE, page=PAGE, confirm=confirm, password=password, **more)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """The browser of annamaria, who has just confirmed her address."""
    browser = app.test_client()
    browser.environ_base |= {"REMOTE_ADDR": HOME, "HTTP_USER_AGENT": FIREFOX}
    sign_up(browser, "annamaria", email="annamaria@old.example")
    submit(browser, last_link(app, "verify_email"))
    return browser


@pytest.fixture
def log(app: Flask) -> Iterator[io.StringIO]:
    """What the portal writes meanwhile, as JSON."""
    told, level = io.StringIO(), logging.root.level
    handler = logging.StreamHandler(told)
    handler.setFormatter(JsonLines())
    for logger in (logging.root, app.logger):
        logger.addHandler(handler)
    logging.root.setLevel(logging.INFO)
    yield told
    logging.root.setLevel(level)
    for logger in (logging.root, app.logger):
        logger.removeHandler(handler)


def lead_a_life(app: Flask, browser: FlaskClient) -> None:
    """Do all that people do, with requests of apps that are refused and a mail that nobody takes."""
    profile = {"name": "Annamaria Musterfrau", "country": "DE", "locale": "de", "mobile": "+49 30 901820"}
    submit(browser, "/account/profile", **profile)
    client = make.make_client(app)
    make.tokens_for(client, browser, scope="openid profile email phone offline_access")
    make.ask(browser, client, login_hint="annamaria@old.example", redirect_uri="https://elsewhere.example/")
    make.ask(browser, client, login_hint="annamaria@old.example", scope="unknown")
    sign_out(browser)
    sign_in(browser, "annamaria", "a wrong password for her")
    sign_in(browser, "Annamaria@old.example")
    submit(browser, "/account/email", email="annamaria@new.example", current_password=PASSWORD)
    submit(browser, last_link(app, "verify_email"))
    own = make.make_client(app, make.Person(user_id(app), "annamaria", ""), name="Calendar")
    submit(browser, f"/dashboard/apps/{own.id}/secrets/new", name="second")
    connect(app, own, "berta")
    submit(browser, "/account/email", email="annamaria@third.example", current_password=PASSWORD)


def user_id(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(User.id).where(User.username_key == "annamaria")).one()


def connect(app: Flask, client: make.App, name: str) -> make.Person:
    """Somebody else who uses this app."""
    somebody = make.make_user(app, name)
    make.tokens_for(client, make.browser_of(app, somebody), scope="openid")
    return somebody


def told_anywhere(app: Flask) -> dict[str, str]:
    """Where in the database something says who annamaria was; what is sealed is opened."""
    with app.app_context():
        found = [(where, text) for where, text in texts() if where != "outgoing_mails.sealed"]
        found += [
            (f"mail {mail.template}", vault.decrypt(mail.sealed, sealed_for(mail.id)))
            for mail in db.session.scalars(select(OutgoingMail))
        ]
    words = [word.casefold() for word in TELLING]
    return {where: text for where, text in found if any(word in text.casefold() for word in words)}


def test_nothing_anywhere_tells_of_her_afterwards(app: Flask, browser: FlaskClient, log: io.StringIO) -> None:
    lead_a_life(app, browser)
    with app.app_context():
        queue_sms("+4930901820", "de", "confirm_mobile", now(), code="123456", host="x")
        queue_mail("annamaria@third.example", "de", "verify_email", username="annamaria", link="https://x/")
        db.session.commit()
    before = told_anywhere(app)
    assert {"users.name", "events.ip", "events.details", "clients.owner_id"} - before.keys() == {
        "clients.owner_id"
    }
    assert {"mail confirm_mobile", "mail verify_email"} <= before.keys()
    answer = delete(browser, apps="care")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Ihr Konto ist gelöscht" in browser.get("/").text
    # The farewell is the last that knows her address, sealed until it is sent.
    assert told_anywhere(app).keys() == {"mail account_deleted"}
    farewell = mails(app, "account_deleted")
    assert {mail["To"] for mail in farewell} == {"annamaria@new.example", "annamaria@old.example"}
    background.run_once()
    assert told_anywhere(app) == {}
    written = log.getvalue().casefold()
    assert not [word for word in TELLING if word.casefold() in written]


def test_sessions_and_tokens_end_at_once(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    client = make.make_client(app)
    tokens = make.tokens_for(client, browser)
    phone = make.browser_of(app, make.Person(user_id(app), "", ""))
    assert delete(browser).status_code == 303
    assert not is_signed_in(phone)
    assert not is_signed_in(browser)
    assert db_session.scalars(select(BrowserSession)).all() == []
    assert make.introspect(phone, client, tokens["access_token"]) == {"active": False}
    assert make.refresh(phone, client, tokens["refresh_token"]).status_code == 400
    assert db_session.scalars(select(TokenFamily.revoked_because)).all() == ["access_withdrawn"]
    assert sign_in(app.test_client(), "annamaria").status_code == 422


def test_events_keep_a_subject_without_a_name(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    gone = user_id(app)
    delete(browser)
    event = pages.recorded(db_session, EventKind.USER_DELETED)
    assert (event.user_id, event.actor_id, event.ip, event.details) == (gone, gone, None, "{}")
    kinds = set(db_session.scalars(select(Event.kind).where(Event.user_id == gone)))
    assert {EventKind.USER_REGISTERED, EventKind.EMAIL_VERIFIED} <= kinds


def test_the_name_may_be_taken_again_by_somebody_new(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    client = make.make_client(app)
    before = make.claims_of(make.tokens_for(client, browser)["access_token"])["sub"]
    delete(browser)
    sign_up(browser, "annamaria", email="annamaria@old.example")
    after = make.claims_of(make.tokens_for(client, browser)["access_token"])["sub"]
    assert after == person(db_session, "annamaria").id
    assert after != before
    assert "You created this account." in browser.get("/account/activity").text
    assert "You disconnected an app." not in browser.get("/account/activity").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "a wrong password for her"}, "password"),
        ({"password": ""}, "password"),
        ({"confirm": "annamari"}, "confirm"),
        ({"confirm": ""}, "confirm"),
        ({"apps": "burn"}, "apps"),
    ],
)
def test_without_password_and_name_nothing_happens(
    app: Flask, browser: FlaskClient, db_session: Session, changes: dict[str, str], field: str
) -> None:
    own = make.make_client(app, make.Person(user_id(app), "annamaria", ""))
    connect(app, own, "berta")
    answer = delete(browser, **{"apps": "care", **changes})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert PASSWORD not in answer.text
    assert person(db_session, "annamaria").deleted_at is None
    assert is_signed_in(browser)


def test_attack_passwords_cannot_be_guessed_here(browser: FlaskClient) -> None:
    for _ in range(5):
        assert delete(browser, password="a wrong password for her").status_code == 422
    waiting = delete(browser)
    assert waiting.status_code == 429
    assert int(waiting.headers["Retry-After"]) > 0


def test_the_name_counts_however_it_is_written(app: Flask, browser: FlaskClient) -> None:
    assert delete(browser, confirm=" AnnaMaria ").status_code == 303
    assert mails(app, "account_deleted")


def test_an_address_that_nobody_confirmed_gets_no_farewell(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    assert delete(client, "anna").status_code == 303
    assert mails(app, "account_deleted") == []


def test_attack_what_comes_too_late_writes_nothing_about_who_is_gone(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    with app.app_context():
        late = accounts.get_user(user_id(app))  # as a request has read her that is still at work
        with app.app_context():
            accounts.delete(accounts.get_user(late.id))
            db.session.commit()
        assert change_profile(late, {"name": "Annamaria Musterfrau"}) == []
        asked = ask_for_change(late, "annamaria@new.example", issuer="http://x", locale="en")
        assert not asked
        db.session.commit()
    assert told_anywhere(app).keys() == {"mail account_deleted"}


def test_the_last_administrator_stays(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    anna = make.Person(user_id(app), "annamaria", "")
    acts.change(db_session, anna, is_admin=True)
    refused = delete(browser)
    assert refused.status_code == 422
    assert "Without you nobody could administer the portal." in refused.text
    assert is_signed_in(browser)
    assert acts.events(db_session, EventKind.USER_DELETED) == []
    make.make_user(app, "deputy", is_admin=True)
    assert delete(browser).status_code == 303


def test_whom_somebody_else_deletes_is_told_as_well(app: Flask, browser: FlaskClient) -> None:
    _chief, desk = pages.administrator(app)
    assert acts.act(desk, f"/admin/users/{user_id(app)}/delete", confirm="annamaria").status_code == 303
    (farewell,) = mails(app, "account_deleted")
    assert "did this. If you did not expect it" in " ".join(farewell.get_content().split())
    assert json.dumps(told_anywhere(app)) == "{}"
