"""SMTP servers that lack something, or answer otherwise than most."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope

from tests.support.mailboxes import Mailbox
from tests.support.ports import free_port


class Relay(Mailbox):
    """A server whose EHLO lacks some keywords and has others, and that answers RCPT and MAIL as it is told.

    ``answers`` are those to MAIL, RCPT or DATA; each is given once, then the server takes what comes.
    """

    def __init__(self, lacks: tuple[str, ...] = (), offers: tuple[str, ...] = (), **answers: str) -> None:
        super().__init__("")
        self.lacks = lacks
        self.offers = offers
        self.answers = answers
        self.options: list[list[str]] = []
        self.taken = "250 kept"

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Envelope, hostname: str, said: list[str]
    ) -> list[str]:
        session.host_name = hostname
        kept = [line for line in said[:-1] if line[4:].split(" ")[0] not in self.lacks]
        return [*kept, *(f"250-{keyword}" for keyword in self.offers), said[-1]]

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.options.append(options)
        answer = self.answers.pop("mail", "250 OK")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.answers.pop("rcpt", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:  # noqa: N802
        refusal = self.answers.pop("data", None)
        if refusal:
            return refusal
        envelope.content = envelope.original_content  # aiosmtpd's servers without 8BITMIME give text
        await super().handle_DATA(server, session, envelope)
        return self.taken


class HeloOnly(SMTP):
    """A server older than EHLO."""

    async def smtp_EHLO(self, _hostname: str) -> None:  # noqa: N802
        await self.push("500 what is that?")


class _Running(Controller):
    def __init__(self, mailbox: Mailbox, kind: type[SMTP], **options: Any) -> None:
        self._kind = kind
        self._options = options
        super().__init__(mailbox, hostname="127.0.0.1", port=free_port())

    def factory(self) -> SMTP:
        return self._kind(self.handler, **self._options)


@contextmanager
def running(mailbox: Mailbox, kind: type[SMTP] = SMTP, **options: Any) -> Iterator[str]:
    """The URL of a server with this mailbox, while the block runs; ``options`` are those of aiosmtpd's SMTP."""
    lacks = getattr(mailbox, "lacks", ())
    strict = {"enable_SMTPUTF8": "SMTPUTF8" not in lacks, "decode_data": "8BITMIME" in lacks}
    controller = _Running(mailbox, kind, **strict, **options)
    controller.start()
    try:
        yield f"smtp://127.0.0.1:{controller.port}"
    finally:
        controller.stop()
