"""``flask mail``: whether emails leave, and what the mail server says to them."""

import json
import smtplib
import ssl
import sys
from contextlib import redirect_stdout

import click
from flask.cli import AppGroup

from ..account.links import host_of
from ..clock import now
from ..database.rows import new_id
from ..extensions import settings
from ..notifications.connection import in_one_line
from ..notifications.headers import address_of
from ..notifications.message import compose, message_id
from ..notifications.refusals import MailServerLacks, RecipientRefused
from ..notifications.transport import SmtpServer, keep_in_folder
from ..users.names import EMAIL_RULES, check_email
from ..users.refusals import EmailRefused

mail_group = AppGroup("mail", help="Find out whether emails leave.")
commands: tuple[click.Command, ...] = (mail_group,)

TEMPLATE = "test_mail"
NO_SERVER = (
    "MAIL_URL is not set, so no email leaves. Set it to your server, such as "
    "smtp+tls://user:password@mail.example.org:587"
)
# What to do where the server did not take the email; the first that fits.
ADVICE: tuple[tuple[type[OSError], str], ...] = (
    (
        ssl.SSLCertVerificationError,
        "Renew the server's certificate, or name the file of your private authority in SSL_CERT_FILE.",
    ),
    (smtplib.SMTPAuthenticationError, "Check user and password in MAIL_URL."),
    (smtplib.SMTPSenderRefused, "Set MAIL_FROM to an address that this server lets the portal send from."),
    (
        smtplib.SMTPRecipientsRefused,
        "Check the address; a server that does not know the portal wants user and password in MAIL_URL.",
    ),
    (smtplib.SMTPResponseException, "Whoever runs the server knows what it means."),
    (MailServerLacks, "Let MAIL_URL name a server that does, or change what asks for it."),
    (OSError, "Check host and port in MAIL_URL, and that the server runs."),
)


@mail_group.command("test")
@click.argument("address")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def send_test(address: str, as_json: bool) -> None:
    """Send one email to ADDRESS now, past the outbox, and say what the mail server answers.

    In development without MAIL_URL it is printed and kept in instance/mail.
    """
    try:
        to = check_email(address)
    except EmailRefused:
        raise click.BadParameter(
            f"{address!r} is no address for emails. Accepted: {EMAIL_RULES}.", param_hint="ADDRESS"
        ) from None
    if settings.mail_url is None and settings.app_env == "production":
        raise click.ClickException(NO_SERVER)
    try:
        answer = _send(to)
    except (OSError, RecipientRefused) as refusal:
        error = refusal if isinstance(refusal, OSError) else refusal.__cause__
        assert isinstance(error, OSError)
        answer = _answer(error)
        if as_json:
            _print_json(to, answer, sent=False)
        raise click.ClickException(f"The email was not sent: {answer}. {_advice(error)}") from None
    if as_json:
        _print_json(to, answer, sent=settings.mail_url is not None)
    elif settings.mail_url is not None:
        click.echo(f"Sent to {to}. The server answered: {answer}")
    else:
        click.echo(f"Not sent, since MAIL_URL is not set, but {answer}")


def _send(to: str) -> str:
    """What the server answers to the email; without one, where it is kept."""
    about = {"host": host_of(settings.issuer), "at": now().isoformat()}
    sender, named = settings.mail_from, message_id(new_id(), settings.issuer)
    message = compose(to, settings.default_locale, TEMPLATE, about, sender=sender, message_id=named)
    if settings.mail_url is None:
        with redirect_stdout(sys.stderr):  # beside what the command itself prints
            return f"kept in {keep_in_folder(message, settings.instance / 'mail', TEMPLATE)}"
    with SmtpServer(settings.mail_url) as server:
        return server.send(message, sender=address_of(sender), to=to)


def _answer(error: OSError) -> str:
    """What the server answered, or what else went wrong."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server refuses user or password ({error.smtp_code})"  # its words may repeat them
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return in_one_line(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPResponseException):
        return in_one_line(error.smtp_code, error.smtp_error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the mail server has a certificate that cannot be trusted ({error.verify_message})"
    return str(error) if isinstance(error, MailServerLacks) else f"{type(error).__name__}: {error}"


def _advice(error: OSError) -> str:
    if settings.mail_url is None:
        return f"Let this user write {settings.instance / 'mail'}."
    return next(advice for kind, advice in ADVICE if isinstance(error, kind))


def _print_json(to: str, answer: str, *, sent: bool) -> None:
    click.echo(json.dumps({"to": to, "sent": sent, "answer": answer}))
