"""What ``flask client`` prints and writes."""

import json
from pathlib import Path

import click
from flask_babel import force_locale

from ..extensions import db, settings
from ..users.models import User
from . import env_file
from .descriptions import describe
from .models import Client
from .ownership import find_team_of
from .refusals import ClientRefused
from .wording import explain

INTROSPECTION: dict[object, str] = {
    "all": "It may introspect everybody's access tokens.",
    "own": "It may introspect its own tokens and those of other apps of its owner.",
}


def print_credentials(client: Client, secret: str | None, *, as_json: bool) -> None:
    """Print ``client_id`` and ``client_secret``."""
    if as_json:
        _print(
            {"client_secret": secret, **describe(client, _owner(client), find_team_of(client))}, as_json=True
        )
        return
    click.echo(f"client_id: {client.id}")
    if secret:
        click.echo(f"client_secret: {secret}")


def print_client(client: Client, *, as_json: bool) -> None:
    """Print everything about ``client`` but its secrets."""
    _print(describe(client, _owner(client), find_team_of(client)), as_json=as_json)


def _print(description: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(description, ensure_ascii=False, indent=2))
        return
    for field, value in description.items():
        if field == "groups":
            click.echo(f"groups: {_of_groups(value)}")
        elif field == "jwks":
            click.echo(f"jwks: {json.dumps(value) if value else '-'}")
        elif field != "secrets":
            click.echo(f"{field}: {INTROSPECTION[value] if field == 'introspection' else _in_a_line(value)}")


def _in_a_line(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, list) else str(value or "-")


def _of_groups(names: object) -> str:
    """For whom the app is; names of groups may have spaces in them."""
    if not isinstance(names, list):
        return "everybody"
    return ", ".join(names) or "nobody, since its groups are deleted"


def _owner(client: Client) -> User | None:
    return db.session.get(User, client.owner_id) if client.owner_id else None


def write_env_file(path: Path | None, client: Client, secret: str | None) -> None:
    """Write the credentials to ``path``, if there is one. Ends the command where that fails."""
    if path is None:
        return
    try:
        env_file.write(path, settings.issuer, client, secret)
    except OSError as error:
        raise click.ClickException(
            f"{path} cannot be written ({error.strerror}); nothing was changed."
        ) from None


def explained(refused: ClientRefused) -> click.ClickException:
    """The refusal as the command line says it."""
    with force_locale("en"):  # like every other message of the command line
        return click.ClickException(" ".join(explain(problem) for problem in refused.problems))
