"""``flask registration-token``: tokens with which apps register themselves, from the command line."""

import json
from datetime import timedelta

import click
from flask.cli import AppGroup

from configuration import values

from ...extensions import db, settings
from . import initial_tokens
from .models import RegistrationToken

token_group = AppGroup(
    "registration-token", help="Make, list and end the tokens with which apps register themselves."
)
commands: tuple[click.Command, ...] = (token_group,)

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
COLUMNS = "{id:<32}  {state:<7}  {uses:>5}  {expires_at:<25}  {name}"
DEFAULT_NAME = "flask registration-token"


@token_group.command()
@click.option("--name", default=DEFAULT_NAME, help="What it is for; administrators read it.")
@click.option("--expires", default="7 days", show_default=True, help="How long it is valid, or never.")
@AS_JSON
def create(name: str, expires: str, as_json: bool) -> None:
    """Make a token and print it, this once. Whoever has it may register apps until it ends."""
    lifetime = None if expires == "never" else _duration(expires)
    if not name.strip() or len(name) > initial_tokens.LONGEST_NAME:
        raise click.BadParameter(
            f"accepted: 1 to {initial_tokens.LONGEST_NAME} characters", param_hint="--name"
        )
    token, text = initial_tokens.create_token(name, lifetime=lifetime, by=None)
    db.session.commit()
    if as_json:
        click.echo(json.dumps(_describe(token) | {"token": text}, ensure_ascii=False))
    else:
        click.echo(text)
    if settings.dynamic_registration != "token":
        click.echo(
            f"DYNAMIC_REGISTRATION is “{settings.dynamic_registration}”: nobody is asked for this token before it is “token”.",
            err=True,
        )


@token_group.command("list")
@AS_JSON
def list_all(as_json: bool) -> None:
    """Print every token, without what it says."""
    query = initial_tokens.select_tokens().order_by(RegistrationToken.id)
    described = [_describe(token) for token in db.session.scalars(query)]
    if as_json:
        click.echo(json.dumps(described, ensure_ascii=False, indent=2))
        return
    click.echo(COLUMNS.format(id="ID", state="STATE", uses="USES", expires_at="EXPIRES", name="NAME"))
    for each in described:
        click.echo(COLUMNS.format(**each | {"expires_at": each["expires_at"] or "never"}))


@token_group.command()
@click.argument("token", metavar="ID")
@AS_JSON
def revoke(token: str, as_json: bool) -> None:
    """End a token, by its ID or its name. Apps that it let register stay."""
    found = initial_tokens.find_token(token)
    if found is None:
        raise click.ClickException(
            f"There is no registration token {token!r}, or several valid ones have this name. “flask registration-token list” prints them all."
        )
    if not initial_tokens.revoke_token(found, by=None):
        raise click.ClickException(f"{found.name} has ended already.")
    db.session.commit()
    click.echo(
        json.dumps(_describe(found), ensure_ascii=False) if as_json else f"{found.name} has ended now."
    )


def _describe(token: RegistrationToken) -> dict[str, object]:
    """What commands tell about a token."""
    moments = {
        name: moment.isoformat(timespec="seconds") if moment else None
        for name, moment in (
            ("created_at", token.created_at),
            ("expires_at", token.expires_at),
            ("revoked_at", token.revoked_at),
            ("last_used_at", token.last_used_at),
        )
    }
    state = "valid" if initial_tokens.is_valid(token) else "ended"
    return {"id": token.id, "name": token.name, "state": state, "uses": token.uses, **moments}


def _duration(text: str) -> timedelta:
    try:
        return timedelta(seconds=values.duration(text))
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is no duration; accepted: {error}, or never", param_hint="--expires"
        ) from None
