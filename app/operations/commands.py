"""Commands over the whole portal: ``flask cleanup``, ``flask doctor``, ``flask keys rotate-encryption``."""

import json
import sys
import time
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from ..audit.events import EventKind, record
from ..extensions import db, settings, vault
from ..oauth.commands import keys_group
from . import resealing, resealing_output, sealed_columns
from .cleanup import steps
from .doctor import examine


@click.command()
@click.option("--max-seconds", type=click.FloatRange(min=0), help="Stop after this time; the rest waits.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def cleanup(max_seconds: float | None, as_json: bool) -> None:
    """Delete expired rows in bounded batches; safe beside live traffic."""
    end = None if max_seconds is None else time.monotonic() + max_seconds
    deleted: dict[str, int] = {}
    for name, delete in steps(settings.event_retention):
        if end is not None and time.monotonic() >= end:
            break
        deleted[name] = 0
        while batch := delete():
            db.session.commit()
            deleted[name] += batch
        db.session.commit()
    if as_json:
        click.echo(json.dumps(deleted, indent=2))
        return
    for name, number in deleted.items():
        if number:
            click.echo(f"{name}: {number} deleted")
    click.echo(f"{sum(deleted.values())} expired rows deleted.")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def doctor(as_json: bool) -> None:
    """Check the whole installation, and say how to fix it; exit 1 where something is wrong."""
    findings = list(examine(settings))
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    for finding in findings if not as_json else ():
        click.echo(f"{'ok   ' if finding.well else 'WRONG'} {finding.check}: {finding.says}")
        if not finding.well:
            click.echo(f"      {finding.mend}")
    if not all(finding.well for finding in findings):
        if not as_json:
            click.echo("Something is wrong: see above what to do.", err=True)
        sys.exit(1)


@keys_group.command("rotate-encryption")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rotate_encryption(as_json: bool) -> None:
    """Seal everything anew under DATABASE_ENCRYPTION_SECRET; safe beside live traffic, and to run again.

    What was sealed before is opened with DATABASE_ENCRYPTION_SECRET_PREVIOUS.
    """
    tallies: dict[str, resealing.Tally] = {}
    for kind in sealed_columns.SEALED:
        tally, last = tallies.setdefault(kind.name, resealing.Tally()), ""
        while (reached := resealing.reseal_batch(kind, last, tally)) is not None:
            db.session.commit()
            last = reached
        db.session.rollback()
    if vault.has_previous and (
        resealing.find_still_on_old_secret() is None or any(t.found for t in tallies.values())
    ):
        record(EventKind.ENCRYPTION_ROTATED, key=vault.key_id)
        db.session.commit()
    waiting = resealing.find_still_on_old_secret() if vault.has_previous else None
    resealing_output.tell(tallies, waiting, as_json=as_json)


commands: tuple[click.Command, ...] = (cleanup, doctor)
