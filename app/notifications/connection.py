"""The connection to a mail server: greeted, over TLS where it is offered or asked for, logged in."""

import smtplib
import ssl
from base64 import b64encode
from typing import Any
from urllib.parse import unquote, urlsplit

from .refusals import MailServerLacks

TIMEOUT = 20  # seconds for each answer of the server; some let everybody wait before they greet
# Seconds for the answer to the mail itself, which may be searched for viruses first: who gives up while the server
# takes it sends it again (RFC 5321, 4.5.3.2.6).
LAST_TIMEOUT = 120
LONGEST_ANSWER = 300  # characters; what more there is says the same in other words
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class Connection(smtplib.SMTP):
    """Waits longer for the answer to a mail than for others, and keeps the last such ``answer``."""

    answer = ""
    last_timeout = LAST_TIMEOUT

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the mail and return what the server says to it."""
        assert self.sock is not None
        self.sock.settimeout(self.last_timeout)
        try:
            code, text = super().data(msg)
        finally:
            if self.sock is not None:
                self.sock.settimeout(TIMEOUT)
        self.answer = in_one_line(code, text)
        return code, text


class ConnectionOverTls(Connection, smtplib.SMTP_SSL):
    """The same, over TLS from the start."""


def connect(url: str, patience: int | None = None) -> Connection:
    """A connection to the server of ``url``. Raises OSError, to which the errors of ``smtplib`` belong.

    ``patience``: seconds for each answer, instead of the usual ones.
    """
    parts = urlsplit(url)
    host = parts.hostname or "localhost"
    server: Connection
    seconds = patience or TIMEOUT
    if parts.scheme == "smtps":
        server = ConnectionOverTls(host, parts.port or 465, timeout=seconds, context=_tls(host))
    else:
        server = Connection(host, parts.port or 25, timeout=seconds)
    server.last_timeout = patience or LAST_TIMEOUT
    try:
        server.ehlo_or_helo_if_needed()
        offers_tls = parts.scheme != "smtps" and server.has_extn("starttls")
        if parts.scheme == "smtp+tls" and not offers_tls:
            raise MailServerLacks("the mail server offers no STARTTLS, and MAIL_URL insists on it")
        if offers_tls:
            server.starttls(context=_tls(host))
            server.ehlo()
        if parts.username and not isinstance(server.sock, ssl.SSLSocket) and host not in THIS_MACHINE:
            # Somebody on the way may have hidden STARTTLS to read the password.
            raise MailServerLacks("the mail server offers no TLS to log in over")
        if parts.username:
            _log_in(server, unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def in_one_line(code: int, text: bytes | str) -> str:
    """An answer of the server as a person reads it, without control characters and not endlessly."""
    told = text if isinstance(text, str) else text.decode(errors="replace")
    words = "".join(each if each.isprintable() else " " for each in told).split()
    return " ".join([str(code), *words])[:LONGEST_ANSWER]


def _log_in(server: Connection, user: str, password: str) -> None:
    offered = server.esmtp_features.get("auth", "").split()
    if (user + password).isascii():
        if not {"PLAIN", "LOGIN", "CRAM-MD5"}.intersection(offered):
            raise MailServerLacks("the mail server takes no password by AUTH PLAIN, LOGIN or CRAM-MD5")
        server.login(user, password)
        return
    if "PLAIN" not in offered:
        raise MailServerLacks("the mail server offers no AUTH PLAIN, which letters beyond ASCII need")
    # smtplib writes ASCII only; PLAIN is UTF-8 (RFC 4616).
    told = b64encode(b"\0".join((b"", user.encode(), password.encode()))).decode()
    code, text = server.docmd("AUTH", f"PLAIN {told}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def _tls(host: str) -> ssl.SSLContext:
    """TLS that checks the server's name; the relay of this machine often signs for itself, and nobody is between."""
    context = ssl.create_default_context()
    if host in THIS_MACHINE:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
