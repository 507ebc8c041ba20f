"""Browsers that signed in to an account before: their wrong passwords are counted apart from everybody else's.

So strangers who guess keep nobody out of a browser they use. The cookie holds, for each account, a key that only a
right password brings; it opens nothing, and ends with the password (OWASP: device cookies).
"""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from flask import Response, current_app, g, request

from ..clock import now
from ..crypto import Undecryptable
from ..extensions import settings, vault
from ..users.models import User
from . import throttling
from .models import BrowserSession
from .second_factors import needs_second_factor

KEPT_FOR = timedelta(days=365)
MOST_ACCOUNTS = 5  # of one browser; the cookie must stay small
_PLACE = "known browser"


class Known(NamedTuple):
    """What a browser keeps about one account."""

    user_id: str
    key: str
    password_of: str
    """When the password was set that counted at the time."""
    until: int
    """Seconds since 1970."""


def counter_of(user: User) -> str | None:
    """Return the key of the counter that this browser has for ``user``; None where it is not known to them."""
    known = _find(user)
    return throttling.counter_of_browser(user.id, known.key) if known else None


def is_known(user: User) -> bool:
    """Whether somebody signed in to this account with this browser before, under the same password."""
    return _find(user) is not None


def has_met(user_id: str) -> bool:
    """Whether somebody signed in to the account of this ID with this browser before, under whichever password."""
    return user_id in _read()


def remember(user: User) -> None:
    """Let this browser be known to ``user``, who has just given the right password here."""
    known = _read().get(user.id)  # under an older password, too: another key would be another five tries
    key = known.key if known else secrets.token_urlsafe(16)
    entry = Known(user.id, key, _password_of(user), int((now() + KEPT_FOR).timestamp()))
    others = [each for name, each in _read().items() if name != user.id]
    _keep([entry, *others][:MOST_ACCOUNTS])


def note(user: User, row: BrowserSession) -> None:
    """Let this browser, where ``row`` of ``user`` begins, be known to them, or forget them where nothing is to stay."""
    if not row.ephemeral:
        remember(user)
    elif user.id in _read():
        _keep([each for name, each in _read().items() if name != user.id])


def remember_anew(user: User, row: BrowserSession | None) -> None:
    """Let this browser be known under the new password, which proves less than a sign-in where a code is asked for.

    There only a browser that was known before gets its counter again: each new one is five more guesses of a code.
    ``row``: the session that ``user`` has or had here, if any; where it was to leave nothing, nothing is kept.
    """
    if row is not None and row.ephemeral:
        return
    if not needs_second_factor(user) or user.id in _read():
        remember(user)


def keep(response: Response) -> Response:
    """Give the browser what was noted for it: nothing any more with an empty text."""
    sealed = g.pop("known_browser", None)
    if sealed == "":
        response.delete_cookie(_cookie_name(), secure=settings.secure_cookies, httponly=True, samesite="Lax")
    elif sealed is not None:
        response.set_cookie(
            _cookie_name(),
            sealed,
            max_age=KEPT_FOR,
            secure=settings.secure_cookies,
            httponly=True,
            samesite="Lax",
        )
    return response


def _keep(entries: list[Known]) -> None:
    g.known_browser = vault.encrypt(json.dumps(entries), _PLACE) if entries else ""


def _find(user: User) -> Known | None:
    known = _read().get(user.id)
    if known is None or known.password_of != _password_of(user) or known.until <= now().timestamp():
        return None
    return known


def _read() -> Mapping[str, Known]:
    try:
        entries = json.loads(vault.decrypt(request.cookies.get(_cookie_name(), ""), _PLACE))
    except Undecryptable:
        return {}
    return {entry[0]: Known(*entry) for entry in entries}


def _password_of(user: User) -> str:
    return user.password_changed_at.isoformat() if user.password_changed_at else ""


def _cookie_name() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-known"
