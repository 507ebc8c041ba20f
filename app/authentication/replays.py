"""A session of which a copy was shown: ended, written down, and told to its person."""

from ..audit import EventKind, record
from ..database.rows import db
from ..extensions import settings
from ..users import accounts
from ..users.notices import notify
from . import sessions
from .models import BrowserSession


def end_copied_session(session_id: str) -> None:
    """End the session, since nobody knows who has the copy and who the original. Of several calls one tells."""
    row = db.session.get(BrowserSession, session_id)
    if row is None or sessions.end_session(row.user_id, session_id) is None:
        return
    record(EventKind.SESSION_COPIED, user_id=row.user_id, device=row.device)
    notify(
        accounts.get_user(row.user_id),
        "session_copied",
        device=row.device,
        devices_link=f"{settings.issuer}/account/sessions",
        password_link=f"{settings.issuer}/account/security",
    )
