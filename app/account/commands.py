"""``flask user create``: a new account, from the command line."""

import json
import sys

import click
from flask_babel import force_locale

from ..audit import EventKind, record
from ..extensions import db, settings
from ..users import accounts, administrators
from ..users.commands import describe, user_group
from ..users.models import User
from ..users.names import EMAIL_RULES
from ..users.refusals import EmailRefused, EmailTaken, PasswordRefused, UsernameRefused, UsernameTaken
from .email_links import SET_PASSWORD_LIFETIME, Purpose, create_link
from .link_commands import invite, setup_link
from .links import reset_password_url

commands: tuple[click.Command, ...] = (invite, setup_link)

USERNAME_RULES = "Accepted: 1 to 64 letters and digits of one script, with “.”, “_” and “-” between them and a letter among them."


@user_group.command("create")
@click.argument("username")
@click.argument("email")
@click.option("--admin", is_flag=True, help="Make the user an administrator.")
@click.option("--verified", is_flag=True, help="Take the email address as confirmed.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create_user(
    username: str, email: str, admin: bool, verified: bool, password_stdin: bool, as_json: bool
) -> None:
    """Create a user; without a password print a one-time link to set one."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    user = _register(username, email, password, admin, verified)
    record(EventKind.USER_CREATED, user_id=user.id)
    if admin:
        administrators.announce(user, by=None)
    told = describe(user)
    if password is None:
        token = create_link(Purpose.RESET_PASSWORD, user=user, lifetime=SET_PASSWORD_LIFETIME)
        told["set_password_url"] = reset_password_url(settings.issuer, token)
    db.session.commit()
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    click.echo(f"{told['username']} is created.")
    if password is None:
        click.echo(f"This link sets the password, once, within {SET_PASSWORD_LIFETIME.days} days:")
        click.echo(told["set_password_url"])


def _register(username: str, email: str, password: str | None, admin: bool, verified: bool) -> User:
    try:
        return accounts.register(username, email, password, is_admin=admin, email_verified=verified)
    except UsernameRefused:
        raise click.ClickException(f"{username!r} cannot be a username. {USERNAME_RULES}") from None
    except EmailRefused:
        raise click.ClickException(f"{email!r} is no address for mails. Accepted: {EMAIL_RULES}.") from None
    except UsernameTaken:
        raise click.ClickException(
            f"The username {username!r} is taken. Please choose another one."
        ) from None
    except EmailTaken:
        raise click.ClickException(
            f"Somebody else has the address {email!r}. Please use another one."
        ) from None
    except PasswordRefused as refusal:
        with force_locale("en"):  # like everything the commands say
            raise click.ClickException(str(refusal)) from None
