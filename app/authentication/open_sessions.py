"""Several sessions at once: those that the tokens of one browser open, found in one statement."""

from collections.abc import Collection, Mapping

from sqlalchemy import select, union_all

from ..crypto import digest
from ..database.rows import db
from ..users.models import User
from .models import BrowserSession, SpentToken
from .refusals import SpentTokenShown
from .session_tokens import PREFIX, Found, find_by_spent, is_open


def find_sessions(tokens: Collection[str]) -> Mapping[str, Found]:
    """Return the session that each of ``tokens`` opens, by token; left out are tokens that open none.

    One that was replaced opens its session for a moment, as
    :func:`app.authentication.session_tokens.find_session` says; shown later it opens none here, and ends none.
    """
    digests = {digest(token): token for token in tokens if token.startswith(PREFIX)}
    if not digests:
        return {}
    shown = union_all(  # a table of its own: an OR over both tables would read all sessions there are
        select(BrowserSession.id, BrowserSession.token_digest).where(
            BrowserSession.token_digest.in_(digests)
        ),
        select(SpentToken.session_id, SpentToken.token_digest).where(SpentToken.token_digest.in_(digests)),
    ).subquery("shown")
    rows = db.session.execute(
        select(BrowserSession, User, SpentToken, shown.c.token_digest)
        .join(shown, shown.c.id == BrowserSession.id)
        .join(User, User.id == BrowserSession.user_id)
        .outerjoin(SpentToken, SpentToken.token_digest == shown.c.token_digest)
        .where(is_open())
    ).all()
    found: dict[str, Found] = {}
    for row, user, spent, name in sorted(rows, key=lambda each: each[2] is not None):
        if all(
            other.user is not user for other in found.values()
        ):  # of two for one account the current one counts
            opened = _open(row, user, spent)
            if opened is not None:
                found[digests[name]] = opened
    return found


def _open(row: BrowserSession, user: User, spent: SpentToken | None) -> Found | None:
    if spent is None:
        db.session.expunge(row)
        return Found(row, user, is_current=True)
    try:
        return find_by_spent(spent, row, user)
    except SpentTokenShown:
        return None
