"""The transaction of a request for programs: one connection, which the edge commits once, last."""

from collections.abc import Callable

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from ..database.rows import db
from ..database.trouble import CommitUncertain, undo, was_undone


class Transaction:
    """A transaction on a connection of its own, opened when first needed.

    In the session's instead, a refresh costs a tenth more processor time (30 November 2026, both databases).
    """

    def __init__(self) -> None:
        self._connection: Connection | None = None

    def connection(self) -> Connection:
        """Return the one connection this request writes on."""
        if self._connection is None:
            self._connection = db.engine.connect()
        return self._connection

    def commit(self) -> None:
        """Make what was written last, if anything was."""
        if self._connection is not None:
            _commit(self._connection.commit)

    def close(self) -> None:
        """Undo what was not committed, and give the connection back."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class SessionTransaction(Transaction):
    """The session's transaction, for requests that other features' rules write for: they write there."""

    def connection(self) -> Connection:
        """Return the session's connection."""
        return db.session.connection()

    def commit(self) -> None:
        """Make what was written last."""
        _commit(db.session.commit)

    def close(self) -> None:
        """Undo what was not committed, and give the connection back."""
        undo()


def _commit(commit: Callable[[], None]) -> None:
    try:
        commit()
    except DBAPIError as error:
        if was_undone(error):
            raise
        raise CommitUncertain from error
