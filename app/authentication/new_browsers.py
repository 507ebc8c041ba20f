"""Sign-ins in a browser that the account does not know: the person is told, in case it was not them."""

import logging

from limits import RateLimitItemPerDay

from ..extensions import limiter, settings
from ..users.models import User
from ..users.notices import notify
from . import known_browsers
from .models import BrowserSession

MAILS_A_DAY = RateLimitItemPerDay(3)  # who clears cookies with every tab learns nothing from the fourth

_log = logging.getLogger(__name__)


def is_new(user: User) -> bool:
    """Whether ``user``, about to be signed in, was signed in before, but not in this browser under this password."""
    return user.platform is not None and not known_browsers.is_known(user)


def tell(user: User, row: BrowserSession) -> None:
    """Email ``user`` that somebody signed in, with what, and where to end it: three times a day at most."""
    if not _takes_another(user):
        return
    notify(
        user,
        "new_browser",
        device=row.device,
        devices_link=f"{settings.issuer}/account/sessions",
        password_link=f"{settings.issuer}/account/security",
    )


def _takes_another(user: User) -> bool:
    key = MAILS_A_DAY.key_for("new browser", user.id)
    try:
        return limiter.storage.incr(key, MAILS_A_DAY.get_expiry()) <= MAILS_A_DAY.amount
    except Exception as error:  # counters in trouble must not keep a warning back
        _log.error("The counters of mails are in trouble: %s", type(error).__name__)
        return True
