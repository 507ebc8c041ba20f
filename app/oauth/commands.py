"""``flask keys``: who signs, from the command line."""

import json
from contextlib import nullcontext, suppress

import click
from flask.cli import AppGroup

from ..audit.events import EventKind, record
from ..crypto import Undecryptable
from ..extensions import db, settings
from .keys import ring, rotation
from .models import SigningKey
from .refusals import NextKeyTooNew

keys_group = AppGroup("keys", help="List and rotate signing keys.")
commands: tuple[click.Command, ...] = (keys_group,)


@keys_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_keys(as_json: bool) -> None:
    """Print every key that signs, will sign, or still verifies."""
    ring.current().refresh(force=True)
    _print([_described(key) for key in ring.list_keys()], as_json)


@keys_group.command()
@click.option(
    "--now", "--force", "at_once", is_flag=True, help="Even if caches may not know the next keys yet."
)
@click.option(
    "--leaked", is_flag=True, help="Somebody else has a key: end all keys, and every token they signed."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rotate(at_once: bool, leaked: bool, as_json: bool) -> None:
    """Let the next keys sign. The current ones verify until the last token they signed has expired."""
    with suppress(Undecryptable) if leaked else nullcontext():  # it ends what was not made here
        ring.current().refresh(force=True)
    kids = rotation.replace_leaked_keys() if leaked else _promote(at_once)
    record(EventKind.KEY_ROTATED, kids=kids, leaked=leaked)
    db.session.commit()
    _print([_described(key) for key in ring.list_keys()], as_json)
    click.echo("Running workers sign with the new keys within half a minute.", err=True)
    if leaked:
        click.echo(
            "From then on access and ID tokens signed before are not valid any more; apps get new ones by their refresh "
            "tokens. Restart services that keep the key set for longer than five minutes.",
            err=True,
        )


def _promote(at_once: bool) -> list[str]:
    longest = max(settings.access_token_ttl, settings.id_token_ttl)
    try:
        return rotation.rotate_keys(longest, at_once=at_once)
    except NextKeyTooNew as refused:
        raise click.ClickException(
            f"The next keys were published a moment ago, and services that keep the key set may not know them yet. "
            f"Try again in {refused.wait} seconds, or rotate all the same with --now. If a key has leaked, use --leaked."
        ) from None


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
