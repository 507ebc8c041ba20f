"""The browsers somebody is signed in with: started, found, listed, ended."""

from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import ColumnElement, delete, select, update

from ..audit import EventKind, record
from ..clock import now
from ..crypto import digest, new_secret
from ..database.rows import changed, db, new_id
from ..extensions import background, metrics
from ..process.metric_families import SIGN_INS
from ..users.models import User
from .models import BrowserSession

PREFIX = "pf_session_"
IDLE = timedelta(hours=12)  # a working day; each request starts it anew
IDLE_REMEMBERED = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=1)  # how exact "last seen" is: more would be a write a request

_seen: dict[str, tuple[datetime, bool]] = {}
_lock = Lock()


def start_session(
    user: User, *, remembered: bool, ip: str | None, device: str | None
) -> tuple[BrowserSession, str]:
    """Begin a session of ``user`` and return its row and the token for the cookie."""
    token, moment = new_secret(PREFIX), now()
    row = BrowserSession(
        id=new_id(),
        token_digest=digest(token),
        user_id=user.id,
        created_at=moment,
        last_seen_at=moment,
        authenticated_at=moment,
        expires_at=moment + idle_time(remembered),
        remembered=remembered,
        ip=ip,
        device=device,
    )
    db.session.add(row)
    metrics.count(SIGN_INS, "ok")
    return row, token


def find_session(token: str) -> tuple[BrowserSession, User] | None:
    """The session whose cookie holds ``token`` with its person, or None: ended, idle too long, or blocked."""
    if not token.startswith(PREFIX):
        return None
    found = db.session.execute(
        select(BrowserSession, User)
        .join(User, User.id == BrowserSession.user_id)
        .where(BrowserSession.token_digest == digest(token), BrowserSession.expires_at > now())
        .where(User.blocked_at.is_(None), User.deleted_at.is_(None))
    ).one_or_none()
    return (found[0], found[1]) if found is not None else None


def list_sessions(user_id: str) -> list[BrowserSession]:
    """Every browser this person is signed in with, the one used last first."""
    return list(
        db.session.scalars(
            select(BrowserSession)
            .where(BrowserSession.user_id == user_id, BrowserSession.expires_at > now())
            .order_by(BrowserSession.last_seen_at.desc(), BrowserSession.id.desc())
        )
    )


def end_session(user_id: str, session_id: str) -> BrowserSession | None:
    """Sign one browser of this person out; None where they have no such session."""
    row = db.session.get(BrowserSession, session_id)
    if row is None or row.user_id != user_id:
        return None
    _delete(BrowserSession.id == session_id)
    return row


def end_other_sessions(user_id: str, kept_id: str) -> int:
    """Sign this person out everywhere but in the browser of session ``kept_id``; how many ended."""
    return _delete(BrowserSession.user_id == user_id, BrowserSession.id != kept_id)


def end_all_sessions(user_id: str) -> int:
    """Sign this person out everywhere; how many ended."""
    return _delete(BrowserSession.user_id == user_id)


def sign_out_everywhere(user: User, by: str) -> int:
    """Sign ``user`` out on an administrator's decision; how many sessions ended."""
    ended = end_all_sessions(user.id)
    record(EventKind.SIGNED_OUT_EVERYWHERE, user_id=user.id, actor_id=by, devices=ended)
    return ended


def renew_authentication(row: BrowserSession) -> None:
    """Remember that the person of this session has just proved again who they are."""
    row.authenticated_at = now()


def idle_time(remembered: bool) -> timedelta:
    """How long a session lasts without a request."""
    return IDLE_REMEMBERED if remembered else IDLE


def note_seen(row: BrowserSession) -> None:
    """Take note that this browser is in use; written a moment later, and at most once a minute."""
    if now() - row.last_seen_at < SEEN_EVERY:
        return
    with _lock:
        _seen[row.id] = now(), row.remembered


@background.add
def write_seen() -> None:
    """Write what :func:`note_seen` has gathered."""
    with _lock:
        noted = dict(_seen)
        _seen.clear()
    for session_id, (moment, remembered) in noted.items():
        with db.engine.begin() as connection:
            connection.execute(
                update(BrowserSession)
                .where(BrowserSession.id == session_id, BrowserSession.last_seen_at < moment)
                .values(last_seen_at=moment, expires_at=moment + idle_time(remembered))
            )


def _delete(*conditions: ColumnElement[bool]) -> int:
    return changed(delete(BrowserSession).where(*conditions).execution_options(synchronize_session=False))


def end_everything_of(user: User) -> None:
    """End every session of ``user``, who is blocked or deleted."""
    end_all_sessions(user.id)
