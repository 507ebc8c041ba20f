"""One email now, past the outbox: whether emails leave, and what the mail server says to it."""

import smtplib
import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..clock import now
from ..database.rows import new_id
from ..extensions import settings
from .connection import in_one_line
from .headers import address_of
from .message import compose, message_id
from .refusals import MailNotConfigured, MailServerLacks, RecipientRefused
from .transport import SmtpServer, keep_in_folder

TEMPLATE = "test_mail"
# What to do where the server did not take the email; the first that fits.
ADVICE: tuple[tuple[type[OSError], LazyString], ...] = (
    (
        ssl.SSLCertVerificationError,
        _l("Renew the server's certificate, or name the file of your private authority in SSL_CERT_FILE."),
    ),
    (smtplib.SMTPAuthenticationError, _l("Check user and password in MAIL_URL.")),
    (
        smtplib.SMTPSenderRefused,
        _l("Set MAIL_FROM to an address that this server lets the portal send from."),
    ),
    (
        smtplib.SMTPRecipientsRefused,
        _l("Check the address; a server that does not know the portal wants user and password in MAIL_URL."),
    ),
    (smtplib.SMTPResponseException, _l("Whoever runs the server knows what it means.")),
    (MailServerLacks, _l("Let MAIL_URL name a server that does, or change what asks for it.")),
    (OSError, _l("Check host and port in MAIL_URL, and that the server runs.")),
)


@dataclass(frozen=True)
class Trial:
    """What became of the email: the ``answer`` of the server, or what else happened, and what to do about it."""

    sent: bool
    answer: str
    advice: str | None = None


def try_mail(to: str, locale: str, patience: int | None = None) -> Trial:
    """Send one email to ``to`` in the language ``locale``; in development without MAIL_URL it is kept in its folder.

    ``patience``: seconds to wait for each answer of the server. Raises :class:`MailNotConfigured`.
    """
    if settings.mail_url is None and settings.app_env == "production":
        raise MailNotConfigured
    try:
        return Trial(sent=settings.mail_url is not None, answer=_send(to, locale, patience))
    except (OSError, RecipientRefused) as refusal:
        error = refusal if isinstance(refusal, OSError) else refusal.__cause__
        assert isinstance(error, OSError)
        return Trial(sent=False, answer=_answer(error), advice=_advice(error))


def _send(to: str, locale: str, patience: int | None) -> str:
    """What the server answers to the email; without one, where it is kept."""
    about = {"host": urlsplit(settings.issuer).netloc, "at": now().isoformat()}
    sender, named = settings.mail_from, message_id(new_id(), settings.issuer)
    message = compose(to, locale, TEMPLATE, about, sender=sender, message_id=named)
    if settings.mail_url is None:
        return str(keep_in_folder(message, settings.instance / "mail", TEMPLATE))
    with SmtpServer(settings.mail_url, patience) as server:
        return server.send(message, sender=address_of(sender), to=to)


def _answer(error: OSError) -> str:
    """What the server answered, or what else went wrong."""
    if isinstance(error, smtplib.SMTPAuthenticationError):  # its words may repeat them
        return _("the mail server refuses user or password (%(code)s)", code=error.smtp_code)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return in_one_line(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        return in_one_line(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return _(
            "the mail server has a certificate that cannot be trusted (%(why)s)", why=error.verify_message
        )
    return str(error) if isinstance(error, MailServerLacks) else f"{type(error).__name__}: {error}"


def _advice(error: OSError) -> str:
    if settings.mail_url is None:
        return _("Let this user write %(folder)s.", folder=settings.instance / "mail")
    return str(next(advice for kind, advice in ADVICE if isinstance(error, kind)))
