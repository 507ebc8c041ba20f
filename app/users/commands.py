"""``flask user``: everybody who has an account, from the command line.

``flask user create`` belongs here too; it hands out a link of the account pages and so lies with them.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from textwrap import indent

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from ..extensions import db
from . import accounts, administrators, directory, importing
from .importing.lines import OPTIONAL, REQUIRED
from .models import User
from .person_fields import PERSON_FIELDS
from .refusals import NotActive

user_group = AppGroup("user", help="Create, import, list, appoint, block, unblock and delete users.")
IMPORT_HELP = f"""Take over the users of an older service with their password hashes: all of them, or nobody.

FILE.csv begins with the header {",".join(REQUIRED)} and, optionally, {",".join(OPTIONAL)}.
"""
commands: tuple[click.Command, ...] = (user_group,)

COLUMNS = "{username:<24}  {email:<36}  {notes}"


@user_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_users(as_json: bool) -> None:
    """Print everybody who has an account."""
    people = map(describe, directory.list_users())
    if as_json:
        _print_array(people)
        return
    click.echo(COLUMNS.format(username="USERNAME", email="E-MAIL", notes="NOTES"))
    for person in people:
        notes = [word for word in ("administrator", "verified", "blocked") if person[word]]
        click.echo(
            COLUMNS.format(username=person["username"], email=person["email"] or "-", notes=", ".join(notes))
        )


@user_group.command("import", help=IMPORT_HELP)
@click.argument("file", metavar="FILE.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Import the good lines although there are bad ones.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def import_users(file: Path, skip_bad: bool, as_json: bool) -> None:
    """Take over the users of an older service with their password hashes."""
    with force_locale("en"), importing.Staging() as staging:  # like everything the commands say
        _check(file, staging)
        refused = staging.count_bad() if not skip_bad else 0
        imported = _take_over(staging) if not refused else None
        _tell_import(staging, imported, as_json)
    if refused:
        raise click.ClickException(
            f"Nobody is imported, since {refused} of the lines cannot be. "
            "Mend them, or leave them out with --skip-bad."
        )


@user_group.command()
@click.argument("username")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def block(username: str, as_json: bool) -> None:
    """End a user's sessions and tokens, and refuse new ones."""
    user = find(username)
    accounts.block(user)
    db.session.commit()
    tell(user, f"{user.username} is blocked: every session has ended and every token is inactive.", as_json)


@user_group.command()
@click.argument("username")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def unblock(username: str, as_json: bool) -> None:
    """Let a blocked user sign in again."""
    user = find(username)
    accounts.unblock(user)
    db.session.commit()
    tell(user, f"{user.username} may sign in again.", as_json)


@user_group.command()
@click.argument("username")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def admin(username: str, as_json: bool) -> None:
    """Make a user an administrator."""
    user = find(username)
    try:
        administrators.appoint(user)
    except NotActive:
        raise click.ClickException(f"{user.username} is blocked. Run “flask user unblock” first.") from None
    db.session.commit()
    tell(user, f"{user.username} is an administrator.", as_json)


@user_group.command()
@click.argument("username")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def delete(username: str, as_json: bool) -> None:
    """Delete a user's account; the username may be taken again."""
    user = find(username)
    user_id, name = user.id, user.username
    accounts.delete(user)
    db.session.commit()
    deleted = {"id": user_id, "username": name, "deleted": True}
    click.echo(json.dumps(deleted, ensure_ascii=False) if as_json else f"{name} is deleted.")


def _print_array(entries: Iterable[object]) -> None:
    """One JSON array, printed entry by entry: there may be more than fit into memory."""
    before = "[\n"
    for entry in entries:
        text = json.dumps(entry, ensure_ascii=False, indent=2)
        click.echo(before + indent(text, "  "), nl=False)
        before = ",\n"
    click.echo("[]" if before == "[\n" else "\n]")


def _check(file: Path, staging: importing.Staging) -> None:
    try:
        with file.open(encoding="utf-8", errors="surrogateescape", newline="") as opened:
            importing.check(opened, staging)
    except importing.FileRefused as refusal:
        raise click.ClickException(f"{file.name}: {refusal}") from None
    except OSError as error:
        raise click.ClickException(f"{file.name} cannot be read: {error.strerror}") from None


def _take_over(staging: importing.Staging) -> int:
    try:
        imported = importing.take_over(staging)
    except importing.TakenMeanwhile:
        db.session.rollback()
        raise click.ClickException(
            "Nobody is imported: somebody has just registered one of the names, or deleted one of the groups. Please run the command again."
        ) from None
    db.session.commit()
    return imported


def _tell_import(staging: importing.Staging, imported: int | None, as_json: bool) -> None:
    if as_json:
        bad = [{"line": line, "why": _why(problems)} for line, problems in staging.bad()]
        click.echo(json.dumps({"imported": imported or 0, "bad_lines": bad}, ensure_ascii=False, indent=2))
        return
    for line, problems in staging.bad():
        click.echo(f"line {line}: {_why(problems)}", err=True)
    if imported is not None:
        click.echo(f"{imported} users imported.")


def _why(problems: Iterable[importing.Problem]) -> str:
    return "; ".join(map(str, problems))


def tell(user: User, sentence: str, as_json: bool) -> None:
    """Print what has become of ``user``."""
    click.echo(json.dumps(describe(user), ensure_ascii=False, indent=2) if as_json else sentence)


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
        **{field.column: _plain(getattr(user, field.column)) for field in PERSON_FIELDS},
        "verified": user.email_verified_at is not None,
        "has_profile": user.has_profile,
        "administrator": user.is_admin,
        "second_factor": user.totp_at is not None or user.passkey_at is not None,
        "blocked": user.blocked_at is not None,
        "blocked_at": _plain(user.blocked_at),
        "created_at": _plain(user.created_at),
    }


def _plain(value: str | datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value
