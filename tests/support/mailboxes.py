"""A real SMTP server that keeps what it receives."""

import asyncio
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword

from tests.support.ports import free_port, wait_until


class Mailbox:
    """What arrived at an SMTP server: `messages`, and `url` for MAIL_URL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.senders: list[str | None] = []
        self.sources: list[bytes] = []  # the messages as they travelled
        self.logins: list[tuple[str, str]] = []
        self.held = False  # True: messages wait at the door
        self.at_the_door = 0
        self.refusal: str | None = None  # such as "451 try again later": answered instead of taking a message

    def empty(self) -> None:
        """Forget what arrived and what was told."""
        vars(self).update(vars(Mailbox(self.url)))

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        self.at_the_door += 1
        while self.held:  # noqa: ASYNC110  the test lets go from another thread
            await asyncio.sleep(0.05)
        if self.refusal:
            return self.refusal
        content = envelope.content
        assert isinstance(content, bytes)
        self.recipients.append(list(envelope.rcpt_tos))
        self.senders.append(envelope.mail_from)
        self.sources.append(content)
        self.messages.append(message_from_bytes(content, policy=policy.default))  # type: ignore[arg-type]
        return "250 kept"

    def authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login.decode(), given.password.decode()))
        return AuthResult(success=True)

    def wait_for(self, recipient: str, number: int = 1) -> EmailMessage:
        """The number-th message to that address, as soon as it is there."""
        wait_until(lambda: len(self._to(recipient)) >= number, 15, f"mail {number} to {recipient}")
        return self._to(recipient)[number - 1]

    def _to(self, recipient: str) -> list[EmailMessage]:
        return [mail for mail, to in zip(self.messages, self.recipients, strict=True) if recipient in to]


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    content: str = body.get_content()
    return content


def link_in(mail: EmailMessage) -> str:
    """The first link in a mail."""
    found = re.search(r"https?://\S+", text_of(mail))
    assert found, text_of(mail)
    return found[0]


def kept_link(instance: Path, template: str, to: str) -> str:
    """The link in the newest mail of this template to that address, which a portal without MAIL_URL keeps in its folder."""
    found: list[EmailMessage] = []

    def look() -> bool:
        paths = sorted((instance / "mail").glob(f"*-{template}.eml"), reverse=True)
        mails = (message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths)
        found.extend(mail for mail in mails if mail["To"] == to)  # type: ignore[misc]
        return bool(found)

    wait_until(look, 15, f"a mail {template} to {to}")
    return link_in(found[0])


@pytest.fixture(scope="session")
def running_smtp_server() -> Iterator[Mailbox]:
    """The SMTP server of all tests of this process."""
    port = free_port()
    mailbox = Mailbox(f"smtp://127.0.0.1:{port}")
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=port, authenticator=mailbox.authenticate, auth_require_tls=False
    )
    controller.start()
    yield mailbox
    controller.stop()


@pytest.fixture
def smtp_server(running_smtp_server: Mailbox) -> Mailbox:
    """An SMTP server without mails; give its `url` as MAIL_URL. It takes any password, and mails without one.

    It is the same one for all tests, so applications with it are shared.
    """
    running_smtp_server.empty()
    return running_smtp_server
