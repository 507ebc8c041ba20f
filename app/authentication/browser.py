"""The browser's side of a sign-in: adopting a session, leaving it, and where to go next."""

import unicodedata
from urllib.parse import unquote, urlsplit

from flask import Flask, Request, Response, request, session
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_login import current_user, login_user, logout_user

from .. import fetch_metadata
from ..extensions import login_manager
from ..users import accounts
from ..users.models import User
from . import devices, sessions
from .access import is_for_programs
from .kept_forms import PERSON, WAITING

REMEMBERED_FOR = sessions.IDLE_REMEMBERED
PENDING = "interactions"  # what authorization requests in progress have noted; it survives a sign-in
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # characters that one reader sees and another drops
_KEPT_BY = "_user_id"  # where Flask-Login looks for what the user loader gets

# Behind a proxy of a phone network the address changes; the session row is what can be ended.
login_manager.session_protection = None


class Cookies(SecureCookieSessionInterface):
    """The session's cookie, which answers to what another site posts here leave as it is.

    ``SameSite=Lax`` keeps the cookie from such a request: an answer with a fresh one would sign the person out.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie, but not for a view that is known to be for programs."""
        if _is_of_a_program(app, request):
            return NullSession()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookie, unless the view needs none or the browser may have one that it did not send."""
        if _is_of_a_program(app, request):
            return
        if self.get_cookie_name(app) in request.cookies or not fetch_metadata.is_posted_by_another_site():
            super().save_session(app, session, response)


def _is_of_a_program(app: Flask, asked: Request) -> bool:
    """Whether the view that is asked for is known, and known to be for programs; a static file's is, once matched."""
    rule = asked.url_rule
    return rule is not None and is_for_programs(app.view_functions[rule.endpoint])


def adopt(user: User, remember: bool = False) -> None:
    """Sign ``user`` in at this browser with a new session row; the edge commits it.

    The cookie is emptied first and gets a token of its own: one that somebody planted before is worth nothing.
    """
    _end_current()
    row, token = sessions.start_session(
        user, remembered=remember, ip=request.remote_addr, device=devices.recognise(request.user_agent.string)
    )
    accounts.note_arrival(user, ip=row.ip, platform=devices.platform(request.user_agent.string))
    kept = {name: session[name] for name in (PENDING, WAITING) if session.get(name)}
    session.clear()
    session.update(kept)
    session[PERSON] = user.id
    login_user(user)
    session.pop("_id", None)  # Flask-Login's fingerprint of address and browser, which nothing here compares
    session[_KEPT_BY] = token
    session.permanent = remember
    user.browser_session = row


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


@login_manager.user_loader
def _load_user(token: str) -> User | None:
    found = sessions.find_session(token) if isinstance(token, str) else None
    if found is None:
        return None
    row, user = found
    user.browser_session = row
    sessions.note_seen(row)
    return user


def _end_current() -> None:
    if current_user.is_authenticated:
        sessions.end_session(current_user.id, current_user.browser_session.id)
