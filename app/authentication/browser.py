"""The browser's side of a sign-in: adopting a session, leaving it, and where to go next."""

import unicodedata
from urllib.parse import unquote, urlsplit

from flask import Response, g, request, session
from flask_login import current_user, login_user, logout_user

from ..database.rows import db
from ..database.trouble import again_if_lost, undo, was_undone
from ..extensions import login_manager
from ..users import accounts
from ..users.models import User
from . import devices, known_browsers, last_seen, lifetimes, replays, session_tokens, sessions
from .cookies import KEPT_BY, keep_token
from .kept_forms import PERSON, WAITING
from .methods import PASSWORD
from .models import BrowserSession
from .refusals import SpentTokenShown

REMEMBERED_FOR = lifetimes.IDLE_REMEMBERED
PENDING = "interactions"  # what authorization requests in progress have noted; it survives a sign-in
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # characters that one reader sees and another drops

# Behind a proxy of a phone network the address changes; the session row is what can be ended.
login_manager.session_protection = None


def adopt(user: User, remember: bool = False, methods: str = PASSWORD) -> None:
    """Sign ``user``, who came in by ``methods``, in at this browser with a new session row; the edge commits it.

    The cookie is emptied first and gets a token of its own: one that somebody planted before is worth nothing.
    """
    _end_current()
    row, token = sessions.start_session(
        user,
        methods=methods,
        remembered=remember,
        ip=request.remote_addr,
        device=devices.recognise(request.user_agent.string),
    )
    accounts.note_arrival(user, ip=row.ip, platform=devices.platform(request.user_agent.string))
    kept = {name: session[name] for name in (PENDING, WAITING) if session.get(name)}
    session.clear()
    session.update(kept)
    session[PERSON] = user.id
    login_user(user)
    session.pop("_id", None)  # Flask-Login's fingerprint of address and browser, which nothing here compares
    session.permanent = remember
    user.browser_session = row
    _keep(row, token)
    known_browsers.remember(user)


def leave() -> None:
    """Sign this browser out: its session row ends, its cookie is emptied. The edge commits."""
    _end_current()
    logout_user()
    session.clear()


def safe_next(address: str | None) -> str | None:
    """``address`` if it is a path of this portal, else None.

    Browsers drop tabs and line breaks, take ``\\`` for ``/`` and ``//`` for the start of a host: whatever one of
    them, or a proxy that decodes once more, might read as another site's address is refused.
    """
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return None
    if any(unicodedata.category(character) in UNSEEN for character in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        return None
    path = unquote(unquote(parts.path))
    if "//" in path or "\\" in path or any(ord(character) < ord(" ") for character in path):
        return None
    return address


def destination(default: str) -> str:
    """Where the person wanted to go (``?next=``, inside the portal only), or else ``default``."""
    return safe_next(request.args.get("next")) or default


def renew(*methods: str) -> None:
    """Give this browser a new token: the person has just proved by ``methods`` who they are. What its copies show gains nothing."""
    row = current_user.browser_session
    token = session_tokens.rotate_proven_token(row, session[KEPT_BY], *methods)
    if token is not None:
        _keep(row, token)


def settle(response: Response) -> Response:
    """After a page: replace a token that is due, and end a session of which a copy was shown."""
    due: session_tokens.Found | None = g.pop("token_due", None)
    if due is not None and due.is_due and current_user == due.user:
        token = again_if_lost(lambda: session_tokens.rotate_token(due.row, session[KEPT_BY]), was_undone)
        if token is not None:
            _keep(due.row, token)
    copied: str | None = g.pop("copied_session", None)
    if copied is not None:
        again_if_lost(lambda: _end_copied(copied), was_undone)
    return response


@login_manager.user_loader
def _load_user(token: str) -> User | None:
    try:
        found = session_tokens.find_session(token) if isinstance(token, str) else None
    except SpentTokenShown as copy:
        g.copied_session = copy.session_id
        return None
    if found is None:
        return None
    found.user.browser_session = found.row
    if found.is_due:
        g.token_due = found
    if found.is_current:
        last_seen.note_seen(found.row)
    return found.user


def _end_copied(session_id: str) -> None:
    undo()
    replays.end_copied_session(session_id)
    db.session.commit()


def _keep(row: BrowserSession, token: str) -> None:
    ends = lifetimes.ends_at(row, row.rotated_at) if row.remembered else None
    keep_token(token, ends)


def _end_current() -> None:
    if current_user.is_authenticated:
        sessions.end_session(current_user.id, current_user.browser_session.id)
