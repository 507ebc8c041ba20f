"""Mails leave once each, and again after a pause where that failed."""

import json
import logging
import smtplib
import stat
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import now
from app.database.rows import db
from app.notifications import delivery, urgency
from app.notifications.errands import errand, queue_errand
from app.notifications.mail import queue_mail
from app.notifications.models import OutgoingMail
from app.notifications.wording import trouble_in_words
from config import CHECKOUT
from tests.support.apps import MakeApp
from tests.support.mailboxes import Mailbox, link_in, text_of
from tests.support.ports import free_port, wait_until

LINK = "https://portal.example/reset-password/pf_link_secret"


def queue(app: Flask, to: str = "anna@example.org", locale: str | None = "en") -> None:
    with app.app_context():
        queue_mail(to, locale, "reset_password", link=LINK, host="portal.example", username="anna")
        db.session.commit()


def deliver(app: Flask) -> int:
    with app.app_context():
        return delivery.deliver_due()


def waiting(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count(OutgoingMail.id))) or 0


@pytest.fixture
def smtp_app(app_with: MakeApp, smtp_server: Mailbox) -> Flask:
    """A portal that sends to the test's SMTP server."""
    return app_with(MAIL_URL=smtp_server.url, MAIL_FROM="Pförtner <portal@example.org>")


def test_a_mail_reaches_a_real_server(smtp_app: Flask, smtp_server: Mailbox, db_session: Session) -> None:
    queue(smtp_app)
    assert deliver(smtp_app) == 1
    (mail,) = smtp_server.messages
    assert smtp_server.recipients == [["anna@example.org"]]
    assert (mail["To"], mail["From"]) == ("anna@example.org", "Pförtner <portal@example.org>")
    assert link_in(mail) == LINK
    assert waiting(db_session) == 0


def test_the_background_job_delivers(smtp_app: Flask, smtp_server: Mailbox) -> None:
    queue(smtp_app)
    with smtp_app.app_context():
        delivery.deliver_in_background()
    assert len(smtp_server.messages) == 1


def test_name_and_password_of_the_url_are_given_to_the_server(
    app_with: MakeApp, smtp_server: Mailbox
) -> None:
    app = app_with(MAIL_URL=smtp_server.url.replace("//", "//portal%40example.org:p%40ss%2Fword@"))
    queue(app)
    deliver(app)
    assert smtp_server.logins == [("portal@example.org", "p@ss/word")]


def test_a_mail_that_is_not_committed_does_not_leave(smtp_app: Flask, smtp_server: Mailbox) -> None:
    with smtp_app.app_context():
        queue_mail("anna@example.org", "en", "reset_password", link=LINK, host="x", username=None)
        db.session.rollback()
    assert deliver(smtp_app) == 0
    assert smtp_server.messages == []


def test_neither_address_nor_link_is_readable_in_the_outbox(app: Flask, db_session: Session) -> None:
    queue(app)
    row = db_session.scalars(select(OutgoingMail)).one()
    kept = json.dumps({name: str(value) for name, value in vars(row).items()})
    assert "anna" not in kept
    assert "pf_link_" not in kept


def test_a_server_that_is_down_gets_the_mail_later(
    make_app: MakeApp, db_session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    app = make_app(MAIL_URL=f"smtp://127.0.0.1:{port}")
    queue(app)
    with caplog.at_level(logging.DEBUG):
        deliver(app)
    assert waiting(db_session) == 1
    assert deliver(app) == 0, "the next try waits"
    mailbox = Mailbox(f"smtp://127.0.0.1:{port}")
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with time_machine.travel(now() + timedelta(seconds=20)):
            deliver(app)
    finally:
        controller.stop()
    assert len(mailbox.messages) == 1
    assert waiting(db_session) == 0
    assert "pf_link_" not in caplog.text
    assert "anna@" not in caplog.text


def test_a_server_that_is_busy_gets_the_mail_later(
    smtp_app: Flask, smtp_server: Mailbox, db_session: Session
) -> None:
    smtp_server.refusal = "451 anna@example.org, try again later"
    queue(smtp_app)
    deliver(smtp_app)
    row = db_session.scalars(select(OutgoingMail)).one()
    assert row.attempts == 1
    assert row.last_error == "SMTPDataError 451"
    smtp_server.refusal = None
    with time_machine.travel(now() + timedelta(seconds=20)):
        deliver(smtp_app)
    assert len(smtp_server.messages) == 1


def test_a_mail_that_nobody_takes_for_a_day_is_dropped(
    smtp_app: Flask, smtp_server: Mailbox, db_session: Session
) -> None:
    smtp_server.refusal = "451 try again later"
    queue(smtp_app)
    for hours in (0, 1, 5, 23):
        with time_machine.travel(now() + timedelta(hours=hours)):
            deliver(smtp_app)
        assert waiting(db_session) == 1
    with time_machine.travel(now() + timedelta(hours=25)):
        deliver(smtp_app)
    assert waiting(db_session) == 0


def queue_confirmation(app: Flask, to: str) -> None:
    with app.app_context():
        queue_mail(to, "en", "verify_email", link=LINK, host="portal.example")
        db.session.commit()


def test_attack_strangers_registrations_hold_up_no_link_for_a_new_password(
    smtp_app: Flask, smtp_server: Mailbox
) -> None:
    for number in range(25):
        queue_confirmation(smtp_app, f"stranger{number}@example.org")
    queue(smtp_app, "boss@example.org")
    deliver(smtp_app)
    assert smtp_server.recipients[0] == ["boss@example.org"]


def test_a_link_that_is_queued_meanwhile_waits_for_one_mail_only(
    smtp_app: Flask, smtp_server: Mailbox
) -> None:
    for number in range(5):
        queue_confirmation(smtp_app, f"stranger{number}@example.org")
    smtp_server.held = True
    with ThreadPoolExecutor(1) as pool:
        turn = pool.submit(deliver, smtp_app)
        wait_until(lambda: smtp_server.at_the_door == 1, 15, "a mail at the door")
        queue(smtp_app, "boss@example.org")
        smtp_server.held = False
        assert turn.result() == 6
    assert smtp_server.recipients[1] == ["boss@example.org"]


def test_every_mail_has_its_place_in_the_outbox() -> None:
    folder = CHECKOUT / "templates" / "notifications"
    assert {path.stem for path in folder.glob("*.txt")} <= {*urgency.FIRST, *urgency.THEN}


class Counting(Mailbox):
    """A server that counts connections, and ends each after so many mails."""

    def __init__(self, url: str, at_most: int) -> None:
        super().__init__(url)
        self.sessions: list[object] = []
        self.at_most = at_most

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        if session not in self.sessions:
            self.sessions.append(session)
            session.mails = 0
        session.mails += 1
        if session.mails > self.at_most:
            return "421 too many mails"
        envelope.mail_from = address
        return "250 OK"


@pytest.mark.parametrize(("at_most", "sessions"), [(100, 1), (2, 3), (1, 5)])
def test_several_mails_share_a_connection(make_app: MakeApp, at_most: int, sessions: int) -> None:
    port = free_port()
    mailbox = Counting(f"smtp://127.0.0.1:{port}", at_most)
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    app = make_app(MAIL_URL=mailbox.url)
    for number in range(5):
        queue(app, f"person{number}@example.org")
    controller.start()
    try:
        assert deliver(app) == 5
    finally:
        controller.stop()
    assert len(mailbox.sessions) == sessions


class Refusing(Mailbox):
    """A server that has no such mailbox."""

    async def handle_RCPT(self, *_ignored: object) -> str:  # noqa: N802
        return "550 no such mailbox"


def test_an_address_the_server_refuses_for_good_is_not_tried_again(
    make_app: MakeApp, db_session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    controller = Controller(Refusing(""), hostname="127.0.0.1", port=port)
    controller.start()
    app = make_app(MAIL_URL=f"smtp://127.0.0.1:{port}")
    queue(app)
    try:
        deliver(app)
    finally:
        controller.stop()
    assert waiting(db_session) == 0
    assert "550" in caplog.text
    assert "anna@" not in caplog.text


def test_several_workers_never_send_a_mail_twice(
    smtp_app: Flask, smtp_server: Mailbox, db_session: Session
) -> None:
    for number in range(8):
        queue(smtp_app, f"person{number}@example.org")
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(deliver, [smtp_app] * 6))
    counts = Counter(mail["To"] for mail in smtp_server.messages)
    assert counts == {f"person{number}@example.org": 1 for number in range(8)}
    assert waiting(db_session) == 0


def test_one_bad_mail_does_not_hold_up_the_others(
    smtp_app: Flask, smtp_server: Mailbox, db_session: Session
) -> None:
    queue(smtp_app)
    row = db_session.scalars(select(OutgoingMail)).one()
    row.sealed = "v1:altered"
    db_session.commit()
    queue(smtp_app, "berta@example.org")
    deliver(smtp_app)
    assert [mail["To"] for mail in smtp_server.messages] == ["berta@example.org"]
    assert waiting(db_session) == 0


@errand
def write_and_fail(to: str) -> None:
    queue_mail(to, "en", "reset_password", link=LINK, host="portal.example", username=None)
    db.session.flush()
    raise RuntimeError


def test_an_errand_that_fails_waits_and_leaves_nothing_behind(
    smtp_app: Flask, smtp_server: Mailbox, db_session: Session
) -> None:
    with smtp_app.app_context():
        queue_errand(write_and_fail, "anna@example.org")
        db.session.commit()
    deliver(smtp_app)
    deliver(smtp_app)
    assert smtp_server.messages == []
    assert db_session.scalars(select(OutgoingMail)).one().last_error == "RuntimeError"


def test_mails_are_in_their_readers_language(smtp_app: Flask, smtp_server: Mailbox) -> None:
    queue(smtp_app, locale="de")
    queue(smtp_app, locale=None)
    deliver(smtp_app)
    assert sorted(mail["Content-Language"] for mail in smtp_server.messages) == ["de", "en"]


def test_in_development_mails_are_printed_and_kept_for_this_user_only(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    queue(app)
    deliver(app)
    folder: Path = app.config["SETTINGS"].instance / "mail"
    (path,) = folder.iterdir()
    assert path.name.endswith("-reset_password.eml")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert LINK in capsys.readouterr().out
    assert LINK in path.read_text(encoding="utf-8")


def test_in_production_a_link_is_not_printed_for_want_of_a_server(
    app_with: MakeApp, db_session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    app = app_with(APP_ENV="production", ISSUER="https://portal.example")
    queue(app)
    deliver(app)
    assert LINK not in capsys.readouterr().out
    assert db_session.scalars(select(OutgoingMail)).one().last_error == "MailNotConfigured"


def test_pauses_grow_up_to_an_hour() -> None:
    pauses = [delivery.pause(attempts) for attempts in range(1, 20)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (timedelta(seconds=15), timedelta(hours=1))


def test_what_is_noted_of_an_error_never_repeats_the_servers_words() -> None:
    error = smtplib.SMTPDataError(451, b"mail to anna@example.org with pf_link_x deferred")
    assert trouble_in_words(error) == "SMTPDataError 451"


def test_texts_are_complete(smtp_app: Flask, smtp_server: Mailbox) -> None:
    queue(smtp_app)
    deliver(smtp_app)
    assert "Your username is anna." in text_of(smtp_server.messages[0])
