"""``flask client``: apps, from the command line."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from configuration import values

from ..extensions import db, settings
from . import client_secrets, command_options, disabling, introspection, registration
from .command_acts import (
    allow_introspection,
    get_client,
    get_person,
    get_team,
    hand_over,
    limit_to_groups,
)
from .command_options import details_options
from .command_output import INTROSPECTION, explained, print_client, print_credentials, write_env_file
from .descriptions import describe
from .details import OPERATOR_LIMITS, details_of
from .models import Client
from .refusals import ClientRefused, PortalsOwnApp

client_group = AppGroup("client", help="Create, list, show, update and delete OAuth apps.")
commands: tuple[click.Command, ...] = (client_group,)

COLUMNS = "{client_id:<32}  {client_type:<12}  {state:<8}  {owner:<20}  {name}"


@client_group.command()
@click.argument("name")
@details_options
def create(name: str, **given: Any) -> None:
    """Register an app and print its client_id and client_secret."""
    details = command_options.new_details(name, given)
    try:
        client, secret = registration.register_client(
            details,
            owner_id=get_person(given["owner"]).id if given["owner"] else None,
            actor_id=None,
            actor_name="flask client create",
            limits=OPERATOR_LIMITS,
            shown_once=settings.client_secrets_shown_once,
        )
    except ClientRefused as refused:
        raise explained(refused) from None
    if command_options.introspects_all(given):
        allow_introspection(client)
    limit_to_groups(client, given["groups"], lift=given["no_groups"])
    write_env_file(given["env_file"], client, secret)
    db.session.commit()
    print_credentials(client, secret, as_json=given["as_json"])
    if client.introspects_all:
        click.echo(INTROSPECTION["all"], err=True)


@client_group.command()
@click.argument("client_id")
@click.option("--name", help="Its new name.")
@details_options
@click.option("--disable", "state", flag_value="disable", help="Stop it: no tokens, and those it has end.")
@click.option("--enable", "state", flag_value="enable", help="Let it work again.")
def update(client_id: str, state: str | None, **given: Any) -> None:
    """Change an app; a repeatable option that is given replaces the whole list."""
    client = get_client(client_id)
    limits = replace(OPERATOR_LIMITS, unique_name=client.name_key is not None)
    before = details_of(client)
    try:
        details = command_options.changed_details(before, given)
        if details != before:  # whatever its details are, an app can be disabled
            registration.edit_client(client, details, actor_id=None, limits=limits)
    except ClientRefused as refused:
        raise explained(refused) from None
    if given["owner"]:
        hand_over(client, get_person(given["owner"]))
    limit_to_groups(client, given["groups"], lift=given["no_groups"])
    if given["introspection"] == "all":
        allow_introspection(client)
    elif given["introspection"] == "own":
        introspection.end_introspection_of_all(client, actor_id=None)
    if state == "disable":
        disabling.disable_client(client, disabling.ADMINISTRATOR, actor_id=None)
    elif state == "enable":
        disabling.enable_client(client, disabling.ADMINISTRATOR, actor_id=None)
    if given["env_file"]:
        write_env_file(given["env_file"], client, _newest_secret(client))
    db.session.commit()
    print_client(client, as_json=given["as_json"])
    if client.needs_secret and not client_secrets.list_live(client):
        click.echo(f"It has no valid secret: flask client rotate-secret {client.id} makes one.", err=True)


@client_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_clients(as_json: bool) -> None:
    """Print every app."""
    clients = [describe(*row) for row in registration.list_clients()]
    if as_json:
        click.echo(json.dumps(clients, ensure_ascii=False, indent=2))
        return
    click.echo(
        COLUMNS.format(client_id="CLIENT ID", client_type="TYPE", state="STATE", owner="OWNER", name="NAME")
    )
    for each in clients:
        each |= {
            "state": "disabled" if each["disabled"] else "enabled",
            "owner": each["owner"] or each["team"] or "-",
        }
        click.echo(COLUMNS.format(**each))


@client_group.command()
@click.argument("client_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(client_id: str, as_json: bool) -> None:
    """Print one app; never a secret."""
    client = get_client(client_id)
    print_client(client, as_json=as_json)


@client_group.command()
@click.argument("client_id")
@click.option("--to-user", "username", help="The person who gets it.")
@click.option("--to-team", "team", help="The team that gets it, by its name.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def transfer(client_id: str, username: str | None, team: str | None, as_json: bool) -> None:
    """Give an app to a person or a team, at once."""
    if (username is None) == (team is None):
        raise click.UsageError("Name one of --to-user and --to-team.")
    client = get_client(client_id)
    hand_over(client, get_person(username) if username is not None else get_team(team or ""))
    db.session.commit()
    print_client(client, as_json=as_json)


@client_group.command()
@click.argument("client_id")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def delete(client_id: str, as_json: bool) -> None:
    """Delete an app with its secrets, tokens and everybody's consent."""
    client = get_client(client_id)
    name, deleted = client.name, {"client_id": client.id, "name": client.name, "deleted": True}
    try:
        registration.delete_client(client, actor_id=None)
    except PortalsOwnApp:
        raise click.ClickException(
            f"{name} is an app of the portal itself and would come back. This ends it: "
            f"flask client update {client.id} --disable"
        ) from None
    db.session.commit()
    click.echo(json.dumps(deleted, ensure_ascii=False) if as_json else f"{name} is deleted.")


@client_group.command("rotate-secret")
@click.argument("client_id")
@click.option("--overlap", help='How long the old secrets still work, such as "7 days"; default: not at all.')
@click.option(
    "--env-file",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the credentials there (0600).",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rotate_secret(client_id: str, overlap: str | None, path: Path | None, as_json: bool) -> None:
    """Make a new secret, print it, and end the ones so far."""
    client = get_client(client_id)
    if not client.needs_secret:
        raise click.ClickException(f"{client.name} signs in without a secret, so there is none to rotate.")
    _row, secret = client_secrets.rotate(
        client,
        overlap=_duration(overlap) if overlap else None,
        actor_id=None,
        actor_name="flask client rotate-secret",
        shown_once=settings.client_secrets_shown_once,
    )
    write_env_file(path, client, secret)
    db.session.commit()
    print_credentials(client, secret, as_json=as_json)


def _duration(text: str) -> timedelta:
    try:
        return timedelta(seconds=values.duration(text))
    except ValueError as error:
        raise click.BadParameter(
            f"{text!r} is no duration; accepted: {error}", param_hint="--overlap"
        ) from None


def _newest_secret(client: Client) -> str | None:
    kept = [secret for secret in client_secrets.list_live(client) if secret.sealed]
    return client_secrets.reveal_secret(client, kept[-1], actor_id=None) if kept else None
