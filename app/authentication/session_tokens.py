"""The token of a session: found, replaced, and recognised when it was replaced before.

A copy of a browser's cookies must not last, and must gain nothing from what the person does. So the token is
replaced, and the one before becomes spent: docs/decisions/0029-sessions.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm.attributes import set_committed_value

from ..clock import now
from ..crypto import digest, new_secret
from ..database.engines import read_connection
from ..database.rows import db
from ..users.models import User
from .lifetimes import is_on
from .methods import SEVERAL, combine
from .models import BrowserSession, SpentToken
from .refusals import SpentTokenShown

PREFIX = "pf_session_"
DAILY = timedelta(days=1)  # how long a remembered session keeps its token
GRACE = timedelta(seconds=30)  # for other tabs of the same browser, whose requests were on their way
PROVED = ("authenticated_at", "methods", "second_factor_at")
"""Columns of sessions and spent tokens: when and how the person proved who they are."""


@dataclass(frozen=True)
class Found:
    """The session that a token opens, as this request finds it, and whose it is."""

    row: BrowserSession
    user: User
    is_current: bool
    """False for a spent token within its time: it opens what it did before, and nothing more."""

    @property
    def is_due(self) -> bool:
        """Whether the token is to be replaced now."""
        age = now() - self.row.rotated_at
        # After its grace a spent token is let in only where the one that came in its place got lost on its way.
        return age >= GRACE if not self.is_current else self.row.remembered and age >= DAILY


def new_token() -> str:
    """Return a fresh token for the cookie."""
    return new_secret(PREFIX)


def find_session(token: str) -> Found | None:
    """Return the session that ``token`` opens; None where it has ended, was idle too long, or its person is blocked.

    Raises :class:`SpentTokenShown` for a token that was replaced and whose time is over.
    """
    if not token.startswith(PREFIX):
        return None
    found = db.session.execute(
        select(BrowserSession, User)
        .join(User, User.id == BrowserSession.user_id)
        .where(BrowserSession.token_digest == digest(token), is_open())
    ).one_or_none()
    if found is not None:
        db.session.expunge(found[0])
        return Found(found[0], found[1], is_current=True)
    spent = db.session.execute(
        select(SpentToken, BrowserSession, User)
        .join(BrowserSession, BrowserSession.id == SpentToken.session_id)
        .join(User, User.id == BrowserSession.user_id)
        .where(SpentToken.token_digest == digest(token), is_open())
    ).one_or_none()
    return find_by_spent(*spent) if spent is not None else None


def is_open() -> ColumnElement[bool]:
    """The condition that a session joined with its person lets that person in."""
    return is_on() & User.blocked_at.is_(None) & User.deleted_at.is_(None)


def rotate_token(row: BrowserSession, shown: str) -> str | None:
    """Give the session of ``row`` a new token and return it; None where another request has just done so.

    ``shown`` is the token that this request brought: it goes on until the browser has shown the new one.
    """
    return _rotate(row, shown, None)


def rotate_proven_token(row: BrowserSession, shown: str, *methods: str) -> str | None:
    """Give the session a new token, for which the person has just proved by ``methods`` who they are.

    None where it has ended.
    """
    while (token := _rotate(row, shown, now(), methods)) is None:
        query = select(BrowserSession.token_digest, BrowserSession.rotated_at, BrowserSession.methods)
        with read_connection() as connection:  # in the session it would first write what the page has changed
            current = connection.execute(query.where(BrowserSession.id == row.id)).one_or_none()
        if current is None:
            return None
        _set(row, token_digest=current.token_digest, rotated_at=current.rotated_at, methods=current.methods)
    return token


def _rotate(
    row: BrowserSession, shown: str, proven_at: datetime | None, methods: Iterable[str] = ()
) -> str | None:
    """Replace the token of ``row`` if it still is the one that ``row`` says, in a transaction of its own.

    What a page does with the password may be refused, and undone; that it was right stays.
    """
    token = new_token()
    values = {"token_digest": digest(token), "rotated_at": now()}
    if proven_at is not None:
        values |= {"authenticated_at": proven_at, "methods": combine(row.methods, *methods)}
        values |= {"second_factor_at": proven_at} if SEVERAL in methods else {}
    before = {name: getattr(row, name) for name in PROVED}
    spent = {"session_id": row.id, "spent_at": proven_at, **before}
    older_spent_at = row.rotated_at if row.token_digest == digest(shown) else proven_at
    unchanged = BrowserSession.id == row.id, BrowserSession.token_digest == row.token_digest
    older = SpentToken.session_id == row.id, SpentToken.spent_at.is_(None)
    with db.engine.begin() as connection:
        if connection.execute(update(BrowserSession).where(*unchanged).values(values)).rowcount != 1:
            return None
        if older_spent_at is not None:
            connection.execute(update(SpentToken).where(*older).values(spent_at=older_spent_at))
        connection.execute(insert(SpentToken).values(token_digest=row.token_digest, **spent))
    _set(row, **values)
    return token


def find_by_spent(spent: SpentToken, row: BrowserSession, user: User) -> Found | None:
    """Return what a token that was replaced opens; None for nothing.

    Raises :class:`SpentTokenShown` where its time is over.
    """
    has_shown_new_one = row.last_seen_at > row.rotated_at
    got_new_one = spent.spent_at or (row.rotated_at if has_shown_new_one else None)
    if got_new_one is not None and now() >= got_new_one + GRACE:
        if has_shown_new_one:
            raise SpentTokenShown(row.id)
        return None  # its answer was lost on the way, and nobody else has shown the new one
    if spent.authenticated_at is None:
        return None
    # What the person has proved since counts only for the token they got for it.
    db.session.expunge(row)
    _set(row, **{name: getattr(spent, name) for name in PROVED})
    return Found(row, user, is_current=False)


def _set(row: BrowserSession, **values: object) -> None:
    """Let ``row`` say what the database says, without writing it once more."""
    for name, value in values.items():
        set_committed_value(row, name, value)
