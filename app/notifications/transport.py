"""Ways a mail leaves: an SMTP server, or in development the console and a folder."""

import os
import smtplib
import ssl
import sys
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from ..clock import now
from .refusals import RecipientRefused

TIMEOUT = 10  # seconds for each answer of the server
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class SmtpServer:
    """The server of an ``smtp://``, ``smtp+tls://`` or ``smtps://`` URL, for the mails of one turn: they share a connection."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Take leave of the server; all mails are its own by then, whatever becomes of that."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.quit()
            self._end()

    def send(self, message: EmailMessage, *, sender: str, to: str) -> None:
        """Hand ``message`` over.

        The addresses of the envelope are ``sender`` and ``to``, whatever the headers say. Raises
        :class:`RecipientRefused`, or OSError (``smtplib`` errors are among them) where a later try may do.
        """
        if self._connection is not None and _goes_on(self._connection):
            with suppress(smtplib.SMTPSenderRefused):  # some servers take so many mails a connection
                _hand_over(self._connection, message, sender, to)
                return
        self._end()
        assert self._url is not None
        self._connection = connect(self._url)
        _hand_over(self._connection, message, sender, to)

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
    sys.stdout.write(f"\n── {heading}\n\n{message.get_content()}\n── kept in {path}\n\n")
    sys.stdout.flush()
    return path


def connect(url: str) -> smtplib.SMTP:
    """A connection to the server of ``url``, greeted, over TLS where it is offered or ``url`` insists, logged in."""
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    server: smtplib.SMTP
    if parts.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, parts.port or 465, timeout=TIMEOUT, context=_tls(host))
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=TIMEOUT)
    try:
        server.ehlo_or_helo_if_needed()
        offers_tls = parts.scheme != "smtps" and server.has_extn("starttls")
        if parts.scheme == "smtp+tls" and not offers_tls:
            raise smtplib.SMTPNotSupportedError(
                "the mail server offers no STARTTLS, and MAIL_URL insists on it"
            )
        if offers_tls:
            server.starttls(context=_tls(host))
            server.ehlo()
        if parts.username and not isinstance(server.sock, ssl.SSLSocket) and host not in THIS_MACHINE:
            # Somebody on the way may have hidden STARTTLS to read the password.
            raise smtplib.SMTPNotSupportedError("the mail server offers no TLS to log in over")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _hand_over(connection: smtplib.SMTP, message: EmailMessage, sender: str, to: str) -> None:
    # For an international address smtplib says so itself, and strict servers refuse a parameter said twice.
    says_so = (sender + to).isascii() and connection.has_extn("8bitmime")
    options = ["BODY=8BITMIME"] if says_so else []
    try:
        connection.send_message(message, sender, [to], mail_options=options)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _text in error.recipients.values()]
        if all(500 <= code < 600 for code in codes):
            raise RecipientRefused(f"the mail server answered {codes[0]}") from None
        raise


def _goes_on(connection: smtplib.SMTP) -> bool:
    """Whether the server takes another mail; what was left of the last one, such as half an envelope, it forgets."""
    try:
        code, _text = connection.rset()
    except OSError:
        return False
    return code == 250


def _tls(host: str) -> ssl.SSLContext:
    """TLS that checks the server's name; the relay of this machine often signs for itself, and nobody is between."""
    context = ssl.create_default_context()
    if host in THIS_MACHINE:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
