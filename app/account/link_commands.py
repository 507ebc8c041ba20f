"""Commands that print one-time links: the portal's set-up, and invitations."""

import json

import click
from flask.cli import AppGroup, with_appcontext

from ..audit import EventKind, record
from ..database.rows import db
from ..extensions import settings
from ..users.names import EMAIL_RULES, check_email
from ..users.refusals import EmailRefused
from .email_links import Purpose, create_link
from .links import invitation_url, setup_url
from .setup import is_set_up

invite = AppGroup("invite", help="Invite people where REGISTRATION=invite.")

ALREADY_SET_UP = (
    "There is an administrator already, so there is no link. “flask user admin NAME” makes somebody who has an "
    "account one, “flask user create NAME EMAIL --admin” somebody new."
)


@click.command("setup-link")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def setup_link(as_json: bool) -> None:
    """Print a one-time link that creates the first administrator; nothing where there is one already."""
    url = None
    if is_set_up():
        click.echo(ALREADY_SET_UP, err=True)
    else:
        url = setup_url(settings.issuer, create_link(Purpose.SETUP))
        db.session.commit()
    if as_json:
        click.echo(json.dumps({"url": url}))
    elif url:
        click.echo(url)


@invite.command("create")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create_invitation(email: str, as_json: bool) -> None:
    """Print the link with which the person at EMAIL may create an account."""
    try:
        address = check_email(email)
    except EmailRefused:
        raise click.BadParameter(
            f"{email!r} is no address for mails. Accepted: {EMAIL_RULES}.", param_hint="EMAIL"
        ) from None
    token = create_link(Purpose.INVITE, email=address)
    record(EventKind.USER_INVITED, email=address)
    db.session.commit()
    url = invitation_url(settings.issuer, token)
    click.echo(json.dumps({"email": address, "token": token, "url": url}) if as_json else url)


commands: tuple[click.Command, ...] = (setup_link, invite)
