"""Accounts that administrators make for others."""

from ..audit import EventKind, record
from ..extensions import settings
from ..users import accounts, administrators
from ..users.models import User
from .recovery import send_password_link


def create(username: str, email: str, *, is_admin: bool, by: str, locale: str) -> tuple[User, bool]:
    """Create an account and mail its owner a link that sets the password; return both, and whether the mail goes.

    Raises UsernameRefused, EmailRefused, UsernameTaken, EmailTaken.
    """
    user = accounts.register(username, email, is_admin=is_admin)
    record(EventKind.USER_CREATED, user_id=user.id, actor_id=by)
    if is_admin:
        administrators.announce(user, by=by)
    return user, send_password_link(user, by, issuer=settings.issuer, locale=locale)
