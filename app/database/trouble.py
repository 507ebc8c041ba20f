"""What counts as a database in trouble, and what may be run again."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

TRIES = 3  # a connection may have broken while it waited in the pool; more than this means real trouble
LOST = {
    1213,
    1205,
    1180,
    1047,
}  # MariaDB: deadlock or certification failure, lock wait, commit, node not ready
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


Answer = TypeVar("Answer")


def read_again_if_lost(read: Callable[[], Answer]) -> Answer:
    """What ``read``, which writes nothing, gives: asked again where the connection was lost meanwhile."""
    for _attempt in range(1, TRIES):
        try:
            return read()
        except DBAPIError as error:
            if not is_lost_transaction(error):
                raise
    return read()
