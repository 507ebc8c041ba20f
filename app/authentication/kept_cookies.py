"""What the cookies of a browser keep when an account comes, takes its turn or goes."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import session

from ..crypto import digest
from . import lifetimes
from .browser_cookies import KEPT_BY, Change, browser_cookies, keep_token
from .kept_forms import PERSON, WAITING
from .models import BrowserSession

PENDING = "interactions"  # what authorization requests in progress have noted; it survives a sign-in
USED_APPS = "used_apps"  # the account that each app was used with last
LEFT = "left"  # the sessions that people have ended here since somebody signed in
CSRF = "csrf_token"
SECOND_STEP = (
    "second_step"  # a sign-in that waits for its second step, and whose; no sign-in or switch leaves it
)
OF_THE_BROWSER = (PENDING, WAITING, USED_APPS, CSRF)
"""What pages have noted and is nobody's in particular: a waiting form is sealed for its person, and a form says whose it is."""


def key_of(user_id: str) -> str:
    """Return what the cookies call an account: enough to tell a few of them apart."""
    return digest(user_id)[:8]


def keep_only(names: Iterable[str]) -> None:
    """Empty the cookie that pages write to, but for ``names`` and who is signed in."""
    kept = {name: session[name] for name in (*names, KEPT_BY, "_fresh", PERSON) if session.get(name)}
    is_permanent = session.permanent
    session.clear()
    session.update(kept)
    session.permanent = is_permanent


def belong_to(row: BrowserSession) -> None:
    """Let what pages write be for the person of ``row``; what they wrote for another is dropped."""
    keep_only(OF_THE_BROWSER)
    session[PERSON] = row.user_id
    session.permanent = row.remembered or (session.permanent and not row.ephemeral)


def keep(row: BrowserSession, token: str) -> None:
    """Let the browser keep ``token`` for as long as ``row`` lasts, if it is to remember at all."""
    keep_token(token, _ends_at(row))


def point_to(slot: str, row: BrowserSession) -> None:
    """Let the account in ``slot`` be the active one of several."""
    browser_cookies().points_to = Change(slot, _ends_at(row))


def put(slot: str, token: str | None, row: BrowserSession | None = None) -> None:
    """Let ``slot`` hold ``token``, or nothing."""
    kept = browser_cookies()
    kept.changes = {**kept.changes, slot: Change(token, _ends_at(row) if row else None)}


def forget_uses(user_id: str) -> None:
    """Forget which apps this account was used with."""
    uses = session.get(USED_APPS)
    if isinstance(uses, dict):
        session[USED_APPS] = {app: person for app, person in uses.items() if person != key_of(user_id)}


def note_left(session_ids: Sequence[str]) -> None:
    """Remember that these sessions were ended here, until somebody signs in."""
    if session_ids:
        session[LEFT] = [_mark_of(each) for each in session_ids]


def has_left(session_id: str) -> bool:
    """Whether this session was ended here, and nobody has signed in since."""
    return _mark_of(session_id) in session.get(LEFT, [])


def waits_for_second_step() -> bool:
    """Whether the browser keeps a sign-in that waits, or did: :mod:`app.authentication.second_step` knows more."""
    return SECOND_STEP in session


def forget_second_step(user_id: str | None = None) -> None:
    """Forget a sign-in that waits for its second step: that of this account, or else anybody's."""
    if user_id is None or (session.get(SECOND_STEP) or [None])[0] == user_id:
        session.pop(SECOND_STEP, None)


def _mark_of(session_id: str) -> str:
    return digest(session_id)[:16]


def _ends_at(row: BrowserSession) -> datetime | None:
    return lifetimes.ends_at(row, row.rotated_at) if row.remembered else None
