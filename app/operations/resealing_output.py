"""What ``flask keys rotate-encryption`` prints."""

import json
from collections.abc import Mapping
from dataclasses import asdict

import click

from .resealing import StillOnOldSecret, Tally


def tell(tallies: Mapping[str, Tally], waiting: StillOnOldSecret | None, *, as_json: bool) -> None:
    """Print what was sealed anew and what still needs the previous secret; ends with 1 where something stays shut."""
    unopened = {name: tally.unopened for name, tally in tallies.items() if tally.unopened}
    if as_json:
        found = {"resealed": {name: tally.found for name, tally in tallies.items()}, "unopened": unopened}
        told = {**found, "waiting": asdict(waiting) if waiting else None}
        click.echo(json.dumps(told, indent=2, default=lambda moment: moment.isoformat()))
    else:
        for name, tally in tallies.items():
            click.echo(f"{name}: {tally.found} sealed anew")
        click.echo(in_words(waiting))
    if unopened:
        counts = ", ".join(f"{number} of {name}" for name, number in unopened.items())
        raise click.ClickException(
            f"These can be opened with neither secret: {counts}. Set DATABASE_ENCRYPTION_SECRET_PREVIOUS to the "
            "secret they were sealed under, and run this again."
        )


def in_words(waiting: StillOnOldSecret | None) -> str:
    """Whether the previous secret is still needed, and how long."""
    if waiting is None:
        return "No previous secret is set."
    if not waiting.client_secrets and not waiting.refresh_tokens:
        return "DATABASE_ENCRYPTION_SECRET_PREVIOUS is no longer needed: remove it."
    until = f" (the last expires {waiting.until:%Y-%m-%d})" if waiting.until else ""
    return (
        f"Keep DATABASE_ENCRYPTION_SECRET_PREVIOUS for {waiting.refresh_tokens} refresh tokens{until} and "
        f"{waiting.client_secrets} client secrets of which only a digest is kept; each comes over when it is used."
    )
