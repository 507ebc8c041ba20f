"""Commands that print one-time links: the portal's set-up, and invitations."""

import json

import click
from flask.cli import AppGroup, with_appcontext

from ..database.rows import db
from ..extensions import settings
from ..users.names import EMAIL_RULES
from ..users.refusals import EmailRefused, EmailTaken
from . import invitations
from .email_links import Purpose, create_link
from .links import invitation_url, setup_url
from .refusals import RegistrationClosed
from .setup import is_set_up

invite = AppGroup("invite", help="Invite people.")

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
@click.option("--admin", is_flag=True, help="Make the person an administrator once the account is there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create_invitation(email: str, admin: bool, as_json: bool) -> None:
    """Print the link with which the person at EMAIL may create an account."""
    try:
        address, token = invitations.invite(email, mode=settings.registration, is_admin=admin)
    except EmailTaken:
        raise click.ClickException(f"Somebody has an account with the address {email!r} already.") from None
    except RegistrationClosed:
        raise click.ClickException(
            "REGISTRATION is “closed”, so nobody can accept an invitation. “flask user create NAME EMAIL” makes an account."
        ) from None
    except EmailRefused:
        raise click.BadParameter(
            f"{email!r} is no address for mails. Accepted: {EMAIL_RULES}.", param_hint="EMAIL"
        ) from None
    db.session.commit()
    url = invitation_url(settings.issuer, token)
    click.echo(json.dumps({"email": address, "token": token, "url": url}) if as_json else url)


commands: tuple[click.Command, ...] = (setup_link, invite)
