"""What counts as a database in trouble, and what may be run again."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from .rows import db

# A connection may have broken while it waited in the pool, a cluster may undo a transaction at its commit; more
# than this means real trouble.
TRIES = 3
# MariaDB: deadlock or certification failure, lock wait, commit, node not ready.
LOST = {1213, 1205, 1180, 1047}
GONE = {2003, 2006, 2013, 2014, 2055}  # the connection broke


class CommitUncertain(Exception):
    """The connection broke while committing: whether the database has it nobody knows, so nobody runs it again."""


def was_undone(error: DBAPIError) -> bool:
    """Whether the database has certainly undone the transaction."""
    return error.orig is not None and bool(error.orig.args) and error.orig.args[0] in LOST


def is_lost_transaction(error: DBAPIError) -> bool:
    """Whether the whole unit of work may simply be run again: the database undid it, or never had it."""
    code = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return code in LOST or code in GONE or error.connection_invalidated


def undo() -> None:
    """Undo what the session has not committed, also where its connection broke meanwhile."""
    try:
        db.session.rollback()
    except SQLAlchemyError:
        db.session.remove()


Answer = TypeVar("Answer")


def again_if_lost(
    work: Callable[[], Answer],
    is_lost: Callable[[DBAPIError], bool] = is_lost_transaction,
    start_over: Callable[[DBAPIError], None] | None = None,
) -> Answer:
    """Do ``work`` and return what it gives; do it again, :data:`TRIES` times in all, where the database lost it.

    ``work`` is a whole transaction, or only reads. ``start_over`` is called before it is done again.
    """
    for _attempt in range(1, TRIES):
        try:
            return work()
        except DBAPIError as error:
            if not is_lost(error):
                raise
            if start_over is not None:
                start_over(error)
    return work()
