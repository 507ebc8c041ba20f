"""Commands that fail end with one line: what is wrong, and what to do. No library adds its own."""

import copy
import sys
import warnings
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..crypto import Undecryptable

# "no such table", "no such column" of SQLite; "doesn't exist", "Unknown column" of MariaDB.
BEHIND = ("no such table", "no such column", "doesn't exist", "unknown column")
BUSY = ("database is locked", "lock wait timeout", "deadlock")


class CommandLine(AppGroup):
    """The portal's commands, each ending with 1 and a line where the database cannot serve it."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        command = super().get_command(ctx, cmd_name)
        return command and _guarded(command)


def _guarded(command: click.Command) -> click.Command:
    guarded = copy.copy(command)

    def invoke(ctx: click.Context) -> Any:
        try:
            with warnings.catch_warnings():
                if not sys.warnoptions:
                    warnings.showwarning = _say_nothing  # type: ignore[assignment]
                return command.invoke(ctx)
        except SQLAlchemyError as error:
            raise click.ClickException(explain(error)) from None
        except Undecryptable:
            raise click.ClickException(
                "DATABASE_ENCRYPTION_SECRET is not the one that the database was sealed under. flask doctor tells more."
            ) from None

    guarded.invoke = invoke  # type: ignore[method-assign]
    return guarded


def _say_nothing(*_warning: object) -> None:
    """Keep what a library warns its developers of from the operator, who did not ask for it (``PYTHONWARNINGS``)."""


def explain(error: SQLAlchemyError) -> str:
    """What is wrong with the database and what to do, in one line, without the statement and what it carried."""
    reason = " ".join(str(error.orig if isinstance(error, DBAPIError) else error).split())[:300]
    if any(words in reason.lower() for words in BEHIND):
        return "The database does not have the tables of this version. Run: flask db upgrade"
    if any(words in reason.lower() for words in BUSY):
        return f"The database is busy ({reason}). Nothing was changed; try again."
    return (
        f"The database cannot be used ({reason}). Check DATABASE_URL (or MYSQL_*); flask doctor tells more."
    )
