"""The portal's first administrator."""

from ..audit import EventKind, record
from ..users import accounts, administrators
from ..users.models import User
from .email_links import Purpose, find_link, use_link
from .refusals import LinkExpired


def is_set_up() -> bool:
    """Whether somebody administers the portal: from then on set-up links open nothing."""
    return administrators.has_one()


def check_setup_link(token: str) -> None:
    """Raise :class:`LinkExpired` unless ``token`` may make the first administrator now."""
    if is_set_up() or find_link(Purpose.SETUP, token) is None:
        raise LinkExpired(Purpose.SETUP)


def create_administrator(token: str, username: str, email: str, password: str, *, locale: str | None) -> User:
    """Make the first administrator and return them. Raises :class:`LinkExpired` and what :func:`app.users.accounts.register` raises."""
    check_setup_link(token)
    user = accounts.register(username, email, password, is_admin=True, locale=locale)
    use_link(Purpose.SETUP, token)
    record(EventKind.ADMINISTRATOR_SET_UP, user_id=user.id, actor_id=user.id)
    return user
