"""``flask mail``: whether emails leave, and what the mail server says to them."""

import json
import sys
from contextlib import redirect_stdout

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from ..extensions import settings
from ..notifications.refusals import MailNotConfigured
from ..notifications.trial import Trial, try_mail
from ..users.names import EMAIL_RULES, check_email
from ..users.refusals import EmailRefused

mail_group = AppGroup("mail", help="Find out whether emails leave.")
commands: tuple[click.Command, ...] = (mail_group,)

NO_SERVER = (
    "MAIL_URL is not set, so no email leaves. Set it to your server, such as "
    "smtp+tls://user:password@mail.example.org:587"
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
    try:
        # English like all that commands say, and the email beside what they print.
        with force_locale("en"), redirect_stdout(sys.stderr):
            trial = try_mail(to, settings.default_locale)
    except MailNotConfigured:
        raise click.ClickException(NO_SERVER) from None
    _print(to, trial, as_json=as_json)
    if trial.advice is not None:
        raise click.ClickException(f"The email was not sent: {trial.answer}. {trial.advice}")


def _print(to: str, trial: Trial, *, as_json: bool) -> None:
    kept = trial.advice is None and not trial.sent
    if as_json:
        answer = f"kept in {trial.answer}" if kept else trial.answer
        click.echo(json.dumps({"to": to, "sent": trial.sent, "answer": answer}))
    elif trial.sent:
        click.echo(f"Sent to {to}. The server answered: {trial.answer}")
    elif kept:
        click.echo(f"Not sent, since MAIL_URL is not set, but kept in {trial.answer}")
