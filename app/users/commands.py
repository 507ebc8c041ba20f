"""``flask user``: everybody who has an account, from the command line.

``flask user create`` belongs here too; it hands out a link of the account pages and so lies with them.
"""

import json

import click
from flask.cli import AppGroup

from ..extensions import db
from . import accounts
from .models import User

user_group = AppGroup("user", help="Create, list, block, unblock and delete users.")
commands: tuple[click.Command, ...] = (user_group,)

COLUMNS = "{username:<24}  {email:<36}  {notes}"


@user_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_users(as_json: bool) -> None:
    """Print everybody who has an account."""
    people = [describe(user) for user in accounts.list_users()]
    if as_json:
        click.echo(json.dumps(people, ensure_ascii=False, indent=2))
        return
    click.echo(COLUMNS.format(username="USERNAME", email="E-MAIL", notes="NOTES"))
    for person in people:
        notes = [word for word in ("administrator", "verified", "blocked") if person[word]]
        click.echo(
            COLUMNS.format(username=person["username"], email=person["email"] or "-", notes=", ".join(notes))
        )


@user_group.command()
@click.argument("username")
def block(username: str) -> None:
    """End a user's sessions and tokens, and refuse new ones."""
    user = find(username)
    accounts.block(user)
    db.session.commit()
    click.echo(f"{user.username} is blocked: every session has ended and every token is inactive.")


@user_group.command()
@click.argument("username")
def unblock(username: str) -> None:
    """Let a blocked user sign in again."""
    user = find(username)
    accounts.unblock(user)
    db.session.commit()
    click.echo(f"{user.username} may sign in again.")


@user_group.command()
@click.argument("username")
def delete(username: str) -> None:
    """Delete a user's account; the username may be taken again."""
    user = find(username)
    name = user.username
    accounts.delete(user)
    db.session.commit()
    click.echo(f"{name} is deleted.")


def find(username: str) -> User:
    """The user with this name. Ends the command with status 1 where there is none."""
    user = accounts.find_user(username)
    if user is None:
        raise click.ClickException(f"There is no user {username!r}. “flask user list” prints everybody.")
    return user


def describe(user: User) -> dict[str, object]:
    """What commands tell about ``user``: never a hash."""
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "verified": user.email_verified_at is not None,
        "administrator": user.is_admin,
        "blocked": user.blocked_at is not None,
        "created_at": user.created_at.isoformat(timespec="seconds"),
    }
