"""Mail over TLS to real servers: STARTTLS and smtps, and what happens where a certificate cannot be trusted."""

import logging
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from cryptography import x509
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.rows import db
from app.notifications import connection, delivery
from app.notifications.mail import queue_mail
from app.notifications.models import OutgoingMail
from tests.support.apps import MakeApp
from tests.support.certificates import Certificate, make_certificate
from tests.support.mailboxes import Mailbox
from tests.support.ports import free_port

PASSWORD = "hunter2hunter2"
LOGIN = f"portal:{PASSWORD}@"


class Overheard(SMTP):
    """A server that keeps the names and passwords it is told in clear."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.in_clear: list[bytes] = options.pop("in_clear")
        super().__init__(*arguments, **options)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        assert self.transport is not None
        if self.transport.get_extra_info("ssl_object") is None:
            self.in_clear.append(arg.encode())
        await super().smtp_AUTH(arg)


class Starting(Controller):
    """A server in clear that offers STARTTLS, or does not."""

    def __init__(
        self, mailbox: Mailbox, context: ssl.SSLContext | None, in_clear: list[bytes], **others: Any
    ) -> None:
        self._options = {
            "tls_context": context, "auth_require_tls": False, "authenticator": mailbox.authenticate,
            "in_clear": in_clear,
        }  # fmt: skip
        super().__init__(mailbox, **others)

    def factory(self) -> SMTP:
        return Overheard(self.handler, **self._options)


class Server:
    """A running server: what arrived, who logged in, and what was said in clear."""

    def __init__(self, mailbox: Mailbox, in_clear: list[bytes]) -> None:
        self.mailbox = mailbox
        self.in_clear = in_clear

    @property
    def url(self) -> str:
        return self.mailbox.url.replace("//", f"//{LOGIN}")


Start = Callable[..., Server]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("mail"))


@pytest.fixture
def start(certificate: Certificate) -> Iterator[Start]:
    """Starts servers: `start("smtps")`, `start("smtp", offers_tls=False)`."""
    with ExitStack() as stack:

        def run(scheme: str, *, offers_tls: bool = True, certificate: Certificate = certificate) -> Server:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate.cert, certificate.key)
            port = free_port()
            in_clear: list[bytes] = []
            mailbox = Mailbox(f"{scheme}://127.0.0.1:{port}")
            controller = Starting(
                mailbox, context if scheme == "smtp" and offers_tls else None, in_clear,
                hostname="127.0.0.1", port=port, ssl_context=context if scheme == "smtps" else None,
            )  # fmt: skip
            controller.start()
            stack.callback(controller.stop)
            return Server(mailbox, in_clear)

        yield run


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """127.0.0.1 counts as another machine: only towards those a certificate has to be good."""
    monkeypatch.setattr(connection, "THIS_MACHINE", ())


def send(app: Flask) -> None:
    with app.app_context():
        queue_mail(
            "anna@example.org", "en", "reset_password", link="https://x.example/y", host="x", username="anna"
        )
        db.session.commit()
        delivery.deliver_due()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.usefixtures("elsewhere")
def test_a_private_authority_is_trusted_by_ssl_cert_file(
    make_app: MakeApp, start: Start, certificate: Certificate, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    server = start(scheme)
    send(make_app(MAIL_URL=server.url))
    assert [mail["To"] for mail in server.mailbox.messages] == ["anna@example.org"]
    assert server.mailbox.logins == [("portal", PASSWORD)]
    assert server.in_clear == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
@pytest.mark.usefixtures("elsewhere")
def test_a_forged_certificate_gets_neither_mail_nor_password(
    make_app: MakeApp, start: Start, db_session: Session, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = start(scheme)
    with caplog.at_level(logging.WARNING):
        send(make_app(MAIL_URL=server.url))
    assert (server.mailbox.messages, server.mailbox.logins, server.in_clear) == ([], [], [])
    row = db_session.scalars(select(OutgoingMail)).one()
    assert row.last_error == "SSLCertVerificationError: unable to get local issuer certificate"
    assert row.last_error in caplog.text
    assert PASSWORD not in caplog.text
    assert "anna@" not in caplog.text


@pytest.mark.usefixtures("elsewhere")
def test_a_certificate_for_another_name_gets_neither_mail_nor_password(
    make_app: MakeApp, start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db_session: Session
) -> None:
    other = make_certificate(tmp_path, names=[x509.DNSName("mail.example.org")])
    monkeypatch.setenv("SSL_CERT_FILE", str(other.authority))
    server = start("smtp", certificate=other)
    send(make_app(MAIL_URL=server.url))
    assert (server.mailbox.messages, server.mailbox.logins, server.in_clear) == ([], [], [])
    assert "127.0.0.1" in (db_session.scalars(select(OutgoingMail)).one().last_error or "")


@pytest.mark.usefixtures("elsewhere")
def test_a_stripped_starttls_gets_no_password(make_app: MakeApp, start: Start, db_session: Session) -> None:
    server = start("smtp", offers_tls=False)
    send(make_app(MAIL_URL=server.url))
    assert (server.mailbox.messages, server.in_clear) == ([], [])
    assert (
        db_session.scalars(select(OutgoingMail)).one().last_error
        == "MailServerLacks: the mail server offers no TLS to log in over"
    )


@pytest.mark.parametrize("with_password", [False, True])
def test_attack_a_stripped_starttls_gets_no_mail_either_where_the_url_insists(
    make_app: MakeApp, start: Start, db_session: Session, with_password: bool
) -> None:
    server = start("smtp", offers_tls=False)
    url = server.url if with_password else server.mailbox.url
    send(make_app(MAIL_URL=url.replace("smtp://", "smtp+tls://")))
    assert (server.mailbox.messages, server.in_clear) == ([], [])
    expected = "MailServerLacks: the mail server offers no STARTTLS, and MAIL_URL insists on it"
    assert db_session.scalars(select(OutgoingMail)).one().last_error == expected


def test_a_url_that_insists_on_starttls_sends_over_it(make_app: MakeApp, start: Start) -> None:
    server = start("smtp")
    send(make_app(MAIL_URL=server.url.replace("smtp://", "smtp+tls://")))
    assert [mail["To"] for mail in server.mailbox.messages] == ["anna@example.org"]
    assert server.in_clear == []


def test_the_relay_of_this_machine_may_sign_for_itself(make_app: MakeApp, start: Start) -> None:
    server = start("smtp")
    send(make_app(MAIL_URL=server.url))
    assert len(server.mailbox.messages) == 1
    assert server.in_clear == [], "TLS is spoken where it is offered, on this machine, too"
