"""Mail servers that lack something, or refuse for a while: no mail is lost, and each says what keeps it."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from email.message import EmailMessage
from typing import Any, Protocol

import pytest
import time_machine
from aiosmtpd.smtp import SMTP, Envelope
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import now
from app.database.rows import db
from app.notifications import connection, delivery
from app.notifications.mail import queue_mail
from app.notifications.models import OutgoingMail
from tests.support.apps import MakeApp
from tests.support.mailboxes import Mailbox, text_of
from tests.support.relays import HeloOnly, Relay, running

NO_SMTPUTF8 = "has letters beyond ASCII that the mail server does not take: it offers no SMTPUTF8"


class SendBy(Protocol):
    def __call__(
        self, mailbox: Mailbox, kind: type[SMTP] = SMTP, /, login: str = "", **settings: str
    ) -> Flask: ...


@pytest.fixture
def portal_at(make_app: MakeApp) -> Iterator[SendBy]:
    """`portal_at(relay, MAIL_FROM=…)` is a portal that sends by this server."""
    with ExitStack() as stack:

        def run(mailbox: Mailbox, kind: type[SMTP] = SMTP, /, login: str = "", **settings: str) -> Flask:
            options = {"authenticator": mailbox.authenticate, "auth_require_tls": False} if login else {}
            url = stack.enter_context(running(mailbox, kind, **options))
            return make_app(MAIL_URL=url.replace("//", f"//{login}"), **settings)

        yield run


def send(app: Flask, to: str = "anna@example.org", locale: str = "en") -> None:
    with app.app_context():
        about = {"host": "portal.example", "username": "anna", "at": "2026-03-01T12:30:00+00:00"}
        queue_mail(to, locale, "password_changed", link="https://portal.example/x", **about)
        db.session.commit()
        delivery.deliver_due()


def send_again(app: Flask, after: timedelta = timedelta(seconds=20)) -> None:
    with time_machine.travel(now() + after), app.app_context():
        delivery.deliver_due()


def waiting(session: Session) -> list[str | None]:
    """What keeps each mail that waits."""
    session.expire_all()
    return list(session.scalars(select(OutgoingMail.last_error)))


@pytest.mark.any_database
@pytest.mark.parametrize("lacks", [(), ("SMTPUTF8",), ("SMTPUTF8", "8BITMIME")])
@pytest.mark.parametrize("to", ["a@bücher.example", "a@xn--bcher-kva.example", "a@BÜCHER.example"])
def test_a_domain_with_umlauts_is_reached_through_any_relay(
    portal_at: SendBy, lacks: tuple[str, ...], to: str
) -> None:
    relay = Relay(lacks)
    send(portal_at(relay, MAIL_FROM="Käthe Müller <id@müller.example>"), to)
    (mail,) = relay.messages
    assert (relay.senders, relay.recipients) == (["id@xn--mller-kva.example"], [["a@xn--bcher-kva.example"]])
    assert mail["To"] == "a@xn--bcher-kva.example"
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Käthe Müller", "id@xn--mller-kva.example")
    assert relay.sources[0].partition(b"\r\n\r\n")[0].isascii()


@pytest.mark.any_database
def test_a_mailbox_with_umlauts_is_reached_by_smtputf8(portal_at: SendBy) -> None:
    relay = Relay()
    send(portal_at(relay), "jörg@bücher.example")
    assert relay.recipients == [["jörg@xn--bcher-kva.example"]]
    assert relay.messages[0]["To"] == "jörg@xn--bcher-kva.example"
    assert "SMTPUTF8" in relay.options[0]


def test_a_mailbox_that_needs_smtputf8_says_so_where_there_is_none_and_is_not_tried_for_a_day(
    portal_at: SendBy, db_session: Session
) -> None:
    relay = Relay(("SMTPUTF8",))
    app = portal_at(relay)
    send(app, "jörg@example.org")
    assert waiting(db_session) == [f"AddressNeedsSmtpUtf8: the address {NO_SMTPUTF8}"]
    send_again(app, timedelta(hours=23))
    assert db_session.scalars(select(OutgoingMail.attempts)).all() == [1]
    send(app)
    assert relay.recipients == [["anna@example.org"]], "others are not held up"


def test_a_sender_that_needs_smtputf8_says_so_and_mails_leave_once_there_is_some(
    portal_at: SendBy, db_session: Session
) -> None:
    relay = Relay(("SMTPUTF8",))
    app = portal_at(relay, MAIL_FROM="Jörg <jörg@example.org>")
    send(app)
    assert waiting(db_session) == [f"MailServerLacks: the address in MAIL_FROM {NO_SMTPUTF8}"]
    send_again(app)
    assert db_session.scalars(select(OutgoingMail.attempts)).all() == [2]


@pytest.mark.any_database
@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("kind", [SMTP, HeloOnly])
def test_a_relay_without_8bitmime_gets_ascii_only(portal_at: SendBy, locale: str, kind: type[SMTP]) -> None:
    seven, eight = Relay(("8BITMIME", "SMTPUTF8")), Relay()
    send(portal_at(seven, kind), locale=locale)
    send(portal_at(eight), locale=locale)
    assert seven.sources[0].isascii()
    assert set(encodings(seven.messages[0])) <= {"7bit", "quoted-printable"}
    assert text_of(seven.messages[0]) == text_of(eight.messages[0])
    assert {*seven.messages[0].keys(), "Content-Transfer-Encoding"} == {*eight.messages[0].keys()}
    assert not any(option.startswith("BODY") for option in seven.options[0])
    assert "BODY=8BITMIME" in eight.options[0]
    assert b"https://portal.example/x" in eight.sources[0]


class Losing(Relay):
    """A server that knows 8BITMIME no more once it has refused a mail."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        await super().handle_DATA(server, session, envelope)
        self.lacks = ("8BITMIME", "SMTPUTF8")
        return "451 later" if len(self.messages) == 1 else "250 kept"


@pytest.mark.any_database
def test_a_second_try_in_seven_bits_has_the_same_message_id(portal_at: SendBy) -> None:
    relay = Losing()
    app = portal_at(relay)
    send(app)
    send_again(app)
    first, second = relay.messages
    assert first["Message-ID"] == second["Message-ID"]
    assert "8bit" in encodings(first)
    assert set(encodings(second)) <= {"7bit", "quoted-printable"}


def encodings(mail: EmailMessage) -> list[str]:
    """How each of the bodies travelled."""
    return [part["Content-Transfer-Encoding"] for part in mail.iter_parts()]


LATER = [
    *({at: "421 too busy"} for at in ("mail", "rcpt", "data")),
    {"mail": "550 5.7.1 you may not send from this address"},
    {"mail": "552 too large"},
    {"rcpt": "450 4.2.0 greylisted, try again later"},
    {"rcpt": "452 4.2.2 mailbox full"},
    {"rcpt": "552 5.2.2 mailbox full"},
    {"rcpt": "530 5.7.0 authentication required"},
    {"rcpt": "554 5.7.1 relay access denied"},
    {"rcpt": "550 5.7.1 unable to relay"},
    {"rcpt": "550 5.1.8 sender address rejected: domain not found"},
    {"data": "554 looks like spam"},
]


@pytest.mark.any_database
@pytest.mark.parametrize("answers", LATER, ids=str)
def test_a_refusal_that_may_be_mended_loses_no_mail(
    portal_at: SendBy, db_session: Session, answers: dict[str, str]
) -> None:
    relay = Relay(**answers)
    app = portal_at(relay)
    send(app)
    (noted,) = waiting(db_session)
    assert noted is not None
    assert noted.endswith(next(iter(answers.values()))[:3])
    send_again(app)
    assert relay.recipients == [["anna@example.org"]]
    assert waiting(db_session) == []


@pytest.mark.any_database
@pytest.mark.parametrize(
    "answer",
    ["550 5.1.1 no such user", "550 no such user", "551 moved", "553 no such name", "556 5.1.10 no mail"],
)
def test_a_mailbox_that_does_not_exist_is_not_tried_again(
    portal_at: SendBy, db_session: Session, answer: str
) -> None:
    relay = Relay(rcpt=answer)
    send(portal_at(relay))
    assert waiting(db_session) == []
    assert relay.messages == []


@pytest.mark.any_database
def test_a_server_that_limits_the_size_keeps_the_mail_waiting(portal_at: SendBy, db_session: Session) -> None:
    relay = Relay(("SIZE",), ("SIZE 100",), mail="552 5.3.4 message too big")
    send(portal_at(relay))
    assert [option.split("=")[0] for option in relay.options[0]][:1] == ["SIZE"]
    assert waiting(db_session) == ["SMTPSenderRefused 552"]


@pytest.mark.any_database
def test_a_starttls_that_does_not_begin_gets_no_mail_in_clear(portal_at: SendBy, db_session: Session) -> None:
    relay = Relay(offers=("STARTTLS",))
    send(portal_at(relay))
    assert relay.messages == []
    assert waiting(db_session) == ["SMTPResponseException 454"]


class Leaving(Relay):
    """A server that closes the connection when it is to take another mail."""

    async def handle_RSET(self, server: Any, _session: Any, _envelope: Envelope) -> str:  # noqa: N802
        server.transport.close()
        return "250 OK"


@pytest.mark.any_database
def test_a_server_that_closes_after_each_mail_gets_each_once(portal_at: SendBy, db_session: Session) -> None:
    relay = Leaving()
    app = portal_at(relay)
    with app.app_context():
        for number in range(3):
            queue_mail(f"{number}@example.org", "en", "verify_email", link="https://x.example/y", host="x")
        db.session.commit()
        delivery.deliver_due()
    assert sorted(relay.recipients) == [[f"{number}@example.org"] for number in range(3)]
    assert waiting(db_session) == []


class Searching(Relay):
    """A server that looks into each mail for a while before it takes it."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        taken = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(2 * connection.TIMEOUT)
        return taken


@pytest.mark.any_database
def test_a_server_that_searches_mails_for_viruses_gets_each_once(
    portal_at: SendBy, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "TIMEOUT", 2)
    relay = Searching()
    send(portal_at(relay))
    assert waiting(db_session) == []
    assert len(relay.messages) == 1


@pytest.mark.any_database
def test_a_server_that_takes_no_passwords_is_named_as_such(portal_at: SendBy, db_session: Session) -> None:
    relay = Relay(("AUTH",), ("AUTH XOAUTH2 OAUTHBEARER",))
    send(portal_at(relay, login="portal:hunter2@"))
    expected = "MailServerLacks: the mail server takes no password by AUTH PLAIN, LOGIN or CRAM-MD5"
    assert (waiting(db_session), relay.logins) == ([expected], [])


@pytest.mark.any_database
def test_a_password_with_umlauts_is_given_to_the_server(portal_at: SendBy) -> None:
    relay = Relay()
    send(portal_at(relay, login="k%C3%A4the:gr%C3%BCn@"))
    assert relay.logins == [("käthe", "grün")]
    assert len(relay.messages) == 1
