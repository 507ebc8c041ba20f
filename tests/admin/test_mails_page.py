"""Waiting mails: who waits is half told, what waits is not; sent at once or deleted, each an event."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.clock import now
from app.database.rows import db
from app.notifications import delivery
from app.notifications.mail import queue_mail
from app.notifications.models import OutgoingMail
from app.notifications.sms import queue_sms
from tests import factories as make
from tests.admin import acts, pages
from tests.support.apps import MakeApp
from tests.support.mailboxes import Mailbox
from tests.support.ports import free_port
from tests.support.relays import Relay, running

LINK = "https://portal.example/reset-password/pf_link_secret"


def queue(app: Flask, to: str = "anna.smith@example.org", **changes: object) -> str:
    values = {"attempts": 2, "last_error": "SMTPConnectError 421", "next_try_at": now() + timedelta(hours=1)}
    with app.app_context():
        mail = queue_mail(to, "en", "reset_password", link=LINK, host="x", username="anna")
        for name, value in {**values, **changes}.items():
            setattr(mail, name, value)
        db.session.commit()
        return mail.id


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return pages.administrator(app)[1]


def press(browser: FlaskClient, mail_id: str, act: str) -> str:
    answer = pages.post(browser, f"/admin/mails/{mail_id}/{act}", on="/account/profile")
    assert answer.status_code == 302, answer.text
    return browser.get("/admin/mails").text


def test_a_waiting_mail_tells_tries_and_error_but_neither_address_nor_link(
    app: Flask, browser: FlaskClient
) -> None:
    queue(app)
    page = browser.get("/admin/mails").text
    assert "a•••@example.org" in page
    assert "SMTPConnectError 421" in page
    assert "Link for a new password" in page
    assert "anna" not in page
    assert "pf_link" not in page


def test_a_mail_of_another_secret_is_shown_too(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    sealed = queue(app)
    db_session.execute(update(OutgoingMail).where(OutgoingMail.id == sealed).values(sealed="nonsense"))
    db_session.commit()
    assert "unreadable" in browser.get("/admin/mails").text


def test_of_a_phone_number_only_country_and_end_are_told(app: Flask, browser: FlaskClient) -> None:
    with app.app_context():
        queue_sms("+4915123454467", "en", "confirm_mobile", now() + timedelta(hours=1), code="123456")
        db.session.commit()
    page = browser.get("/admin/mails").text
    assert "+49•••67" in page
    assert "1512345" not in page
    assert "123456" not in page


def test_send_now_lets_the_mail_leave_once(
    app_with: MakeApp, smtp_server: Mailbox, db_session: Session
) -> None:
    app = app_with(MAIL_URL=smtp_server.url, MAIL_FROM="portal@example.org")
    chief, browser = pages.administrator(app)
    mail_id = queue(app)
    press(browser, mail_id, "send")
    with app.app_context():
        assert delivery.deliver_due() == 1
    assert smtp_server.recipients == [["anna.smith@example.org"]]
    event = pages.recorded(db_session, "notifications.mail.hurried")
    assert event.actor_id == chief.id
    assert json.loads(event.details)["email"] == "a•••@example.org"
    assert "anna" not in event.details


def test_a_deleted_mail_never_leaves(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    mail_id = queue(app)
    assert mail_id not in press(browser, mail_id, "delete")
    assert db_session.get(OutgoingMail, mail_id) is None
    assert json.loads(pages.recorded(db_session, "notifications.mail.deleted").details)["mail_id"] == mail_id


def test_deleting_a_mail_asks_for_the_password(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    mail_id = queue(app)
    token = make.csrf_token(browser.get("/admin/mails"))
    acts.grow_stale(db_session)
    answer = browser.post(
        f"/admin/mails/{mail_id}/delete",
        data={"csrf_token": token},
        headers={"Referer": "http://localhost/admin/mails"},
    )
    assert answer.headers["Location"] == "/reauthenticate?next=/admin/mails"
    assert db_session.get(OutgoingMail, mail_id) is not None


@pytest.mark.parametrize("act", ["send", "delete"])
def test_a_mail_that_a_worker_is_sending_is_left_alone(
    app: Flask, browser: FlaskClient, db_session: Session, act: str
) -> None:
    """Otherwise a second worker would send it once more, or the first one would look for a row that is gone."""
    mail_id = queue(app, next_try_at=now())
    with app.app_context():
        assert delivery._claim(mail_id)
    before = db_session.get(OutgoingMail, mail_id)
    assert before is not None
    assert "being sent at this moment" in press(browser, mail_id, act)
    due = before.next_try_at
    db_session.expire_all()
    after = db_session.get(OutgoingMail, mail_id)
    assert after is not None
    assert after.next_try_at == due


@pytest.mark.parametrize("act", ["send", "delete"])
def test_a_mail_that_has_left_is_not_found(browser: FlaskClient, act: str) -> None:
    for mail_id in ("0" * 32, "nothing", "ä"):
        assert pages.post(browser, f"/admin/mails/{mail_id}/{act}", on="/account/profile").status_code == 404


def try_mail(browser: FlaskClient, to: str) -> tuple[int, str]:
    """Press the button, and read what the page says then."""
    answer = pages.post(browser, "/admin/mails/test", on="/admin/mails", email=to)
    page = browser.get("/admin/mails") if answer.status_code == 303 else answer
    return answer.status_code, unescape(page.text)


def test_a_test_email_leaves_at_once_and_the_page_says_what_the_server_answered(
    make_app: MakeApp, db_session: Session
) -> None:
    relay = Relay()
    relay.taken = "250 2.0.0 Ok: <b>queued</b> as 4F2A"
    with running(relay) as url:
        app = make_app(MAIL_URL=url, MAIL_FROM="portal@example.org")
        chief, browser = pages.administrator(app)
        assert f'value="{chief.email}"' in browser.get("/admin/mails").text, "their own address is there"
        status, page = try_mail(browser, chief.email)
        assert status == 303
        assert f"Sent to {chief.email}. The server answered: 250 2.0.0 Ok: <b>queued</b> as 4F2A" in page
        assert "<b>queued" not in browser.get("/admin/mails").text
        try_mail(browser, "somebody@else.example")
    assert relay.recipients == [[chief.email], ["somebody@else.example"]]
    events = db_session.scalars(select(Event).where(Event.kind == "notifications.mail.tested")).all()
    assert {event.actor_id for event in events} == {chief.id}
    assert "somebody" not in "".join(event.details for event in events)


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"rcpt": "554 5.7.1 relay access denied"}, "554 5.7.1 relay access denied. Check the address"),
        ({"rcpt": "550 5.1.1 no such user"}, "550 5.1.1 no such user. Check the address"),
        ({"mail": "553 not yours"}, "553 not yours. Set MAIL_FROM"),
    ],
)
def test_a_test_email_that_is_refused_says_why_and_what_to_do(
    make_app: MakeApp, answers: dict[str, str], told: str
) -> None:
    with running(Relay(**answers)) as url:
        chief, browser = pages.administrator(make_app(MAIL_URL=url))
        status, page = try_mail(browser, chief.email)
    assert status == 303
    assert f"The email was not sent: {told}" in page


def test_a_mail_server_that_is_away_is_a_sentence_and_no_error(make_app: MakeApp) -> None:
    chief, browser = pages.administrator(make_app(MAIL_URL=f"smtp://me:hunter2@127.0.0.1:{free_port()}"))
    status, page = try_mail(browser, chief.email)
    assert status == 303
    assert "Check host and port in MAIL_URL" in page
    assert "hunter2" not in page


@pytest.mark.parametrize("address", ["", "anna", "a\r\nb@example.org", "=?utf-8?q?a?=@example.org"])
def test_what_is_no_address_is_told_beside_its_field(app: Flask, browser: FlaskClient, address: str) -> None:
    status, page = try_mail(browser, address)
    assert status == 422
    assert 'class="field__error"' in page
    assert address.splitlines()[0] in page if address else True


def test_test_emails_are_limited(app_with: MakeApp) -> None:
    chief, browser = pages.administrator(app_with(RATE_LIMIT_WHITE_LIST=""))
    answers = [try_mail(browser, chief.email)[0] for _ in range(21)]
    assert answers == [303] * 20 + [429]


def test_a_test_email_needs_a_token_and_an_administrator(app: Flask, browser: FlaskClient) -> None:
    assert browser.post("/admin/mails/test", data={"email": "anna@example.org"}).status_code == 400
    anna = make.browser_of(app, make.make_user(app, "anna"))
    assert (
        pages.post(anna, "/admin/mails/test", on="/account/profile", email="a@example.org").status_code == 404
    )


def test_the_page_says_how_many_wait_how_many_failed_and_since_when(app: Flask, browser: FlaskClient) -> None:
    queue(app, created_at=now() - timedelta(hours=3))
    queue(app, attempts=0, last_error=None)
    words = " ".join(re.sub(r"<[^>]+>", " ", browser.get("/admin/mails").text).split())
    assert "Waiting 2 Failed so far 1 Oldest 3 hours ago" in words


def test_the_longest_waiting_comes_first_and_pages_show_each_once(app: Flask, browser: FlaskClient) -> None:
    made = [queue(app) for _ in range(30)]
    first = browser.get("/admin/mails").text
    following = re.search(r'rel="next" href="\?([^"]+)"', first)
    assert following is not None
    second = browser.get("/admin/mails?" + following[1]).text
    found = [re.findall(r"/admin/mails/([0-9a-f]{32})/send", text) for text in (first, second)]
    assert found[0] + found[1] == made
