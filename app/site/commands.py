"""Commands over the whole portal: ``flask cleanup`` and ``flask doctor``."""

import json
import sys
from dataclasses import asdict

import click
from flask.cli import with_appcontext

from ..extensions import db, settings
from .cleanup import delete_batch, tables
from .doctor import examine


@click.command()
@click.option("--max-seconds", type=click.FloatRange(min=0), help="Stop after this time; the rest waits.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def cleanup(max_seconds: float | None, as_json: bool) -> None:
    """Delete expired rows in bounded batches; safe beside live traffic."""
    deleted: dict[str, int] = {}
    for expiring in tables(max_seconds):
        name = expiring.model.__tablename__
        deleted[name] = 0
        while batch := delete_batch(expiring):
            db.session.commit()
            deleted[name] += batch
        db.session.rollback()
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
    """Check the whole installation, and say how to mend it; exit 1 where something is wrong."""
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


commands: tuple[click.Command, ...] = (cleanup, doctor)
