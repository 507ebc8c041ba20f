"""Where administrators begin: numbers that are right, and what to do next."""

import re
from datetime import timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.clock import now
from app.database.rows import db
from app.diagnostics.request_log.reading_refusals import count_failures
from app.notifications.mail import queue_mail
from app.oauth.keys import ring
from app.oauth.models import SigningKey
from app.users import accounts
from tests import factories as make
from tests.admin import pages
from tests.support.apps import MakeApp
from tests.support.signing_keys import change_keys
from tests.support.statements import count_statements


def figures(browser: FlaskClient) -> list[str]:
    page = browser.get("/admin")
    assert page.status_code == 200
    return re.findall(r'figure__number">([^<]+)<', page.text)


def refuse(app: Flask) -> None:
    assert app.test_client().post("/oauth/token", data={"client_id": "unknown"}).status_code in (400, 401)


def test_the_numbers_are_those_of_the_portal(app: Flask) -> None:
    _chief, browser = pages.administrator(app)
    gone = make.make_user(app, email_verified=False)  # so no farewell waits
    make.make_client(app)
    with time_machine.travel(now() - timedelta(hours=25), tick=True):
        refuse(app)
    refuse(app)
    with app.app_context():
        accounts.delete(accounts.get_user(gone.id))
        queue_mail("anna@example.org", None, "verify_email").next_try_at = now() + timedelta(hours=1)
        db.session.commit()
    assert figures(browser) == ["1", "1", "1", "1"]


def test_counting_failures_ends_where_it_says_nothing_more(app: Flask) -> None:
    for _ in range(3):
        refuse(app)
    with app.app_context():
        assert count_failures(now() - timedelta(days=1), 2) == 2


def test_what_to_do_next_is_said(app_with: MakeApp, db_session: Session) -> None:
    app = app_with(SECURITY_CONTACT="mailto:security@example.org")
    _chief, browser = pages.administrator(app)
    with app.app_context():
        ring.current().refresh(force=True)
    moment = now()
    change_keys(db_session, SigningKey.signs_from.is_not(None), signs_from=moment)
    assert "Nothing needs your attention." in browser.get("/admin").text
    with app.app_context():
        mail = queue_mail("anna@example.org", None, "verify_email")
        mail.attempts, mail.last_error = 1, "SMTPConnectError"
        mail.next_try_at = moment + timedelta(hours=1)
        db.session.commit()
    change_keys(db_session, SigningKey.signs_from.is_not(None), signs_from=moment - timedelta(days=400))
    page = browser.get("/admin").text
    assert "1 email could not be delivered yet." in page
    assert "more than a year old" in page
    change_keys(db_session, SigningKey.signs_from.is_not(None), signs_from=moment)


def test_the_overview_costs_few_statements(app: Flask) -> None:
    _chief, browser = pages.administrator(app)
    browser.get("/admin")
    with count_statements() as statements:
        browser.get("/admin")
    assert len(statements) <= 7, statements
