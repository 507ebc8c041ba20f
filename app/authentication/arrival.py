"""Letting somebody in who has proved who they are, by whatever methods."""

from ..audit import EventKind, record
from ..users.models import User
from . import browser, new_browsers
from .lifetimes import Stay


def let_in(user: User, *, methods: str, stay: Stay) -> None:
    """Sign ``user`` in at this browser, record it, and email them where the browser is new. The edge commits."""
    is_new = new_browsers.is_new(user)
    browser.adopt(user, stay=stay, methods=methods)
    record(EventKind.SIGNED_IN, user_id=user.id, actor_id=user.id, device=user.browser_session.device)
    if is_new:
        new_browsers.tell(user, user.browser_session)
