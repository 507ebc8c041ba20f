"""Sign-ins in a browser that the account does not know: the person is told, in case it was not them."""

from ..extensions import settings
from ..users.models import User
from ..users.notices import notify
from . import known_browsers
from .models import BrowserSession


def is_new(user: User) -> bool:
    """Whether ``user``, about to be signed in, was signed in before, but not in this browser under this password."""
    return user.platform is not None and not known_browsers.is_known(user)


def tell(user: User, row: BrowserSession) -> None:
    """Email ``user`` that somebody signed in, with what, and where to end it."""
    notify(
        user,
        "new_browser",
        by=user.id,
        device=row.device,
        devices_link=f"{settings.issuer}/account/sessions",
        password_link=f"{settings.issuer}/account/security",
    )
