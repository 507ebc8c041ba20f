"""The session that a request shows: found by its token before a page, renewed after it, ended where a copy was shown."""

from flask import Response, g, session
from flask_login import current_user

from ..database.rows import db
from ..database.trouble import again_if_lost, undo, was_undone
from ..extensions import login_manager
from ..users.models import User
from . import kept_cookies, last_seen, replays, session_tokens
from .browser_cookies import KEPT_BY
from .kept_forms import PERSON
from .refusals import SpentTokenShown

# Behind a proxy of a phone network the address changes; the session row is what can be ended.
login_manager.session_protection = None


def is_ephemeral() -> bool:
    """Whether nothing of the sign-in is to stay in this browser."""
    return bool(current_user.is_authenticated and current_user.browser_session.ephemeral)


def settle(response: Response) -> Response:
    """After a page: replace a token that is due, and end a session of which a copy was shown."""
    due: session_tokens.Found | None = g.pop("token_due", None)
    if due is not None and due.is_due and current_user == due.user:
        token = again_if_lost(lambda: session_tokens.rotate_token(due.row, session[KEPT_BY]), was_undone)
        if token is not None:
            kept_cookies.keep(due.row, token)
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
    if session.get(PERSON) not in (None, found.user.id):
        kept_cookies.belong_to(found.row)  # a slow answer has brought back what was of another account
    if found.is_due:
        g.token_due = found
    if found.is_current:
        last_seen.note_seen(found.row)
    return found.user


def _end_copied(session_id: str) -> None:
    undo()
    replays.end_copied_session(session_id)
    db.session.commit()
