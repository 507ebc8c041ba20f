"""``flask keys``: who signs, from the command line."""

import json

import click
from flask.cli import AppGroup

from ..audit.events import EventKind, record
from ..extensions import db, settings
from . import keys
from .models import SigningKey

keys_group = AppGroup("keys", help="List and rotate signing keys.")
commands: tuple[click.Command, ...] = (keys_group,)


@keys_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_keys(as_json: bool) -> None:
    """Print every key that signs, will sign, or still verifies."""
    keys.ring().refresh(force=True)
    _print([_described(key) for key in keys.list_keys()], as_json)


@keys_group.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rotate(as_json: bool) -> None:
    """Let the next keys sign. The current ones verify until the last token they signed has expired."""
    keys.ring().refresh(force=True)
    promoted = keys.rotate_keys(max(settings.access_token_ttl, settings.id_token_ttl))
    record(EventKind.KEY_ROTATED, kids=promoted)
    db.session.commit()
    _print([_described(key) for key in keys.list_keys()], as_json)
    click.echo("Running workers sign with the new keys within half a minute.", err=True)


def _described(key: SigningKey) -> dict[str, str | None]:
    state = key.slot.partition(":")[2] if key.slot else "retired"
    return {
        "kid": key.kid,
        "alg": key.alg,
        "state": state,
        "created_at": key.created_at.isoformat(),
        "signs_from": key.signs_from.isoformat() if key.signs_from else None,
        "verifies_until": key.expires_at.isoformat() if key.expires_at else None,
    }


def _print(rows: list[dict[str, str | None]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        until = f", verifies until {row['verifies_until']}" if row["verifies_until"] else ""
        click.echo(f"{row['kid']}  {row['alg']:<6} {row['state']}{until}")
