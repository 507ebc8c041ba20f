"""Pages on a cluster: what the database undid at its commit is done again, since nobody has seen an answer yet."""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, g
from sqlalchemy.exc import DBAPIError

from ..authentication import cookies
from ..database.trouble import again_if_lost, was_undone
from ..extensions import db

Answer = TypeVar("Answer")


def until_kept(view: Callable[[], Answer]) -> Answer:
    """The answer of ``view``, run again while the database has certainly undone what it wrote.

    It begins each time with the cookie and the request's notes as they came: a sign-in that was undone
    leaves nothing behind.
    """
    notes = {name: g.get(name) for name in g}

    def start_over(error: DBAPIError) -> None:
        current_app.logger.info("The database undid a page's transaction: %r", error.orig)
        _restore(notes)

    return again_if_lost(view, was_undone, start_over)


def _restore(notes: dict[str, object]) -> None:
    db.session.rollback()
    cookies.begin_again(current_app)
    for name in list(g):
        g.pop(name)
    for name, value in notes.items():
        setattr(g, name, value)
