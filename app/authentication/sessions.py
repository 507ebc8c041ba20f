"""The browsers somebody is signed in with: started, found, listed, ended."""

from collections.abc import Sequence

from blinker import Namespace
from sqlalchemy import ColumnElement, delete, select, update

from ..audit import EventKind, record
from ..clock import now
from ..crypto import digest
from ..database.rows import changed, db, new_id
from ..extensions import metrics
from ..process.metric_families import SIGN_INS
from ..users.models import User
from . import lifetimes, session_tokens
from .lifetimes import Stay
from .methods import PASSWORD, has_two_factors
from .models import BrowserSession, SpentToken

sessions_ended = Namespace().signal("sessions-ended")
"""Sent with the id of a person and ``session_ids``, inside the transaction: every end but that by time alone."""


def start_session(
    user: User, *, methods: str = PASSWORD, stay: Stay = Stay.SESSION, ip: str | None, device: str | None
) -> tuple[BrowserSession, str]:
    """Begin a session of ``user``, who came in by ``methods``, and return its row and the token for the cookie."""
    token, moment = session_tokens.new_token(), now()
    row = BrowserSession(
        id=new_id(),
        token_digest=digest(token),
        user_id=user.id,
        created_at=moment,
        last_seen_at=moment,
        authenticated_at=moment,
        methods=methods,
        second_factor_at=moment if has_two_factors(methods) else None,
        rotated_at=moment,
        remembered=stay is Stay.REMEMBERED,
        ephemeral=stay is Stay.EPHEMERAL,
        ip=ip,
        device=device,
    )
    row.expires_at = lifetimes.ends_at(row, moment)
    db.session.add(row)
    metrics.count(SIGN_INS, "ok")
    return row, token


def list_sessions(user_id: str) -> list[BrowserSession]:
    """Every browser this person is signed in with, the one used last first."""
    return list(
        db.session.scalars(
            select(BrowserSession)
            .where(BrowserSession.user_id == user_id, lifetimes.is_on())
            .order_by(BrowserSession.last_seen_at.desc(), BrowserSession.id.desc())
        )
    )


def end_session(user_id: str, session_id: str) -> BrowserSession | None:
    """Sign one browser of this person out; None where they have no such session."""
    row = db.session.get(BrowserSession, session_id)
    if row is None or row.user_id != user_id:
        return None
    return row if _end(user_id, [session_id], BrowserSession.id == session_id) else None


def end_other_sessions(user_id: str, kept_id: str) -> int:
    """Sign this person out everywhere but in the browser of session ``kept_id``; how many ended.

    Older tokens of that session let nobody in any more, either.
    """
    shut = update(SpentToken).where(SpentToken.session_id == kept_id).values(authenticated_at=None)
    db.session.execute(shut.execution_options(synchronize_session=False))
    return _end_all(user_id, BrowserSession.id != kept_id)


def end_all_sessions(user_id: str) -> int:
    """Sign this person out everywhere; how many ended."""
    return _end_all(user_id)


def sign_out_everywhere(user: User, by: str) -> int:
    """Sign ``user`` out on an administrator's decision; how many sessions ended."""
    ended = end_all_sessions(user.id)
    record(EventKind.SIGNED_OUT_EVERYWHERE, user_id=user.id, actor_id=by, devices=ended)
    return ended


def _end_all(user_id: str, *conditions: ColumnElement[bool]) -> int:
    """End the sessions of this person that meet ``conditions``."""
    theirs = BrowserSession.user_id == user_id, *conditions
    found = db.session.scalars(select(BrowserSession.id).where(*theirs)).all()
    return _end(user_id, found, *theirs)


def _end(user_id: str, session_ids: Sequence[str], *conditions: ColumnElement[bool]) -> int:
    """Delete the rows and tell who must know; every end of a session comes through here."""
    ended = changed(delete(BrowserSession).where(*conditions).execution_options(synchronize_session=False))
    if ended:  # of two who end the same one, one tells
        sessions_ended.send(user_id, session_ids=session_ids)
    return ended


def end_everything_of(user: User) -> None:
    """End every session of ``user``, who is blocked or deleted."""
    end_all_sessions(user.id)
