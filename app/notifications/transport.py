"""Ways a mail leaves: an SMTP server, or in development the console and a folder."""

import os
import re
import smtplib
import sys
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Self

from ..clock import now
from .addresses import in_ascii
from .connection import Connection, connect, in_one_line
from .message import in_seven_bits, text_of
from .refusals import AddressNeedsSmtpUtf8, MailServerLacks, RecipientRefused

NEEDS_SMTPUTF8 = "has letters beyond ASCII that the mail server does not take: it offers no SMTPUTF8"
# No such mailbox; other codes that refuse a recipient speak of trouble at the server.
UNKNOWN = (550, 551, 553, 556)
# Of the sender and of what the server lets the portal do, such as a relay that does not know it yet (:rfc:`3463`):
# operators mend that. Many servers say so only when they hear the recipient, some without a status code, so in words.
ABOUT_US = re.compile(rb"5\.(1\.[078]|7\.\d+)\b")
MAILBOX_FULL = re.compile(rb"5\.2\.[23]\b")
STATUS = re.compile(rb"5\.\d+\.\d+\b")
WORDS_ABOUT_US = re.compile(
    rb"relay|sender|spam|block|black|denied|polic|reputation|authenticat|\b(spf|dkim|dmarc|ip)\b",
    re.IGNORECASE,
)


class SmtpServer:
    """The server of an ``smtp://``, ``smtp+tls://`` or ``smtps://`` URL, for the mails of one turn: they share a connection."""

    def __init__(self, url: str | None, patience: int | None = None) -> None:
        self._url = url
        self._patience = patience
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Take leave of the server; all mails are its own by then, whatever becomes of that."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.quit()
            self._end()

    def send(self, message: EmailMessage, *, sender: str, to: str) -> str:
        """Hand ``message`` over, and return what the server answers.

        The addresses of the envelope are ``sender`` and ``to``, whatever the headers say. Raises
        :class:`RecipientRefused`, or OSError (``smtplib`` errors are among them) where a later try may do.
        """
        if self._connection is not None and _goes_on(self._connection):
            with suppress(smtplib.SMTPSenderRefused):  # some servers take so many mails a connection
                return _hand_over(self._connection, message, sender, to)
        self._end()
        assert self._url is not None
        self._connection = connect(self._url, self._patience)
        return _hand_over(self._connection, message, sender, to)

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def keep_in_folder(message: EmailMessage, folder: Path, template: str) -> Path:
    """Print ``message`` and keep it as an ``.eml`` file that only this user may read."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{now():%Y%m%dT%H%M%S.%f}-{template}.eml"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(message.as_bytes())
    heading = f"Mail to {message['To']}: {message['Subject']}"
    sys.stdout.write(f"\n── {heading}\n\n{text_of(message)}\n── kept in {path}\n\n")
    sys.stdout.flush()
    return path


def _hand_over(connection: Connection, message: EmailMessage, sender: str, to: str) -> str:
    sender, asked, to = in_ascii(sender), to, in_ascii(to)
    if not connection.has_extn("smtputf8"):
        _refuse_international(sender, to)
    takes_eight_bits = connection.has_extn("8bitmime")
    mail = message if takes_eight_bits else in_seven_bits(message)
    source = mail.as_bytes(policy=mail.policy.clone(linesep="\r\n"))
    options = ["BODY=8BITMIME"] if takes_eight_bits and not source.isascii() else []
    options += [] if (sender + to).isascii() else ["SMTPUTF8"]
    try:
        connection.sendmail(sender, [to], source, options)
    except smtplib.SMTPRecipientsRefused as error:
        ((code, text),) = error.recipients.values()
        if code in UNKNOWN and _has_no_mailbox(text):
            raise RecipientRefused(asked, code, in_one_line(code, text)) from error
        raise
    return connection.answer


def _has_no_mailbox(text: bytes) -> bool:
    """Whether the server's words are about the recipient, and for good."""
    if STATUS.match(text):
        return not ABOUT_US.match(text) and not MAILBOX_FULL.match(text)
    return not WORDS_ABOUT_US.search(text)


def _refuse_international(sender: str, to: str) -> None:
    if not sender.isascii():
        raise MailServerLacks(f"the address in MAIL_FROM {NEEDS_SMTPUTF8}")
    if not to.isascii():
        raise AddressNeedsSmtpUtf8(f"the address {NEEDS_SMTPUTF8}")


def _goes_on(connection: Connection) -> bool:
    """Whether the server takes another mail; what was left of the last one, such as half an envelope, it forgets."""
    try:
        code, _text = connection.rset()
    except OSError:
        return False
    return code == 250
