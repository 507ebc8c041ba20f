"""Alembic's way into the application: Flask-Migrate runs this file for every `flask db` command."""

import fcntl
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from alembic import context
from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from app.database.rows import AsciiText, UtcDateTime, db
from app.operations.command_line import explain

logging.getLogger("alembic").setLevel(logging.WARNING)
# Two portals that start at once on one database: the second waits and finds nothing left to do.
LOCK = "pforte_migrations"
LOCK_SECONDS = 120


def options() -> dict[str, Any]:
    """What Flask-Migrate was configured with, and what autogeneration compares."""
    configured: dict[str, Any] = dict(current_app.extensions["migrate"].configure_args)
    configured.setdefault("render_as_batch", True)
    configured.setdefault("compare_type", True)
    ours = {"process_revision_directives": leave_out_empty, "render_item": short_type}
    return {**configured, **ours, "target_metadata": db.metadata}


def short_type(kind: str, item: Any, _context: Any) -> str | bool:
    """Our own column types by their names, which every revision file imports; False leaves it to Alembic."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "UtcDateTime()"
    if kind == "type" and isinstance(item, AsciiText):
        return f"ascii_text({item.length})"
    return False


def leave_out_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    """Write no revision file where the models have not changed."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def write_sql() -> None:
    """Print the SQL of the migrations (`flask db upgrade --sql`)."""
    url = db.engine.url.render_as_string(hide_password=False)
    context.configure(url=url, literal_binds=True, **options())
    with context.begin_transaction():
        context.run_migrations()


def migrate() -> None:
    """Run the migrations on the application's database, one process at a time."""
    with connected() as connection:
        on_mariadb = connection.dialect.name in ("mysql", "mariadb")
        with server_lock(connection) if on_mariadb else folder_lock(str(connection.engine.url.database)):
            context.configure(connection=connection, **options())
            with context.begin_transaction():
                context.run_migrations()


@contextmanager
def connected() -> Iterator[Connection]:
    """A connection; where none can be had, the command ends with one line."""
    try:
        connection = db.engine.connect()
    except SQLAlchemyError as error:
        raise click.ClickException(explain(error)) from None
    with connection:
        yield connection


@contextmanager
def server_lock(connection: Connection) -> Iterator[None]:
    """Hold the lock that every portal on this server (on a cluster: on this node) asks for."""
    wait = text("SELECT GET_LOCK(:name, :seconds)")
    got = connection.scalar(wait, {"name": LOCK, "seconds": LOCK_SECONDS})
    connection.commit()
    if got != 1:
        sys.exit(
            f"Another process has been migrating this database for {LOCK_SECONDS} seconds; try again later."
        )
    yield
    connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": LOCK})
    connection.commit()


@contextmanager
def folder_lock(database: str) -> Iterator[None]:
    """Hold the folder of an SQLite file: SQLite itself keeps two migrations apart statement by statement only."""
    folder = os.open(Path(database).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)  # which lets go of the lock


if context.is_offline_mode():
    write_sql()
else:
    migrate()
