"""Who hears of a wait for the removal of second factors: each proven address and the confirmed mobile number.

Signed-in browsers show it on their pages. Each message has a link of its own that cancels the wait.
"""

import time
from datetime import timedelta

from sqlalchemy import select, update

from ..clock import now
from ..database.rows import changed, db
from ..extensions import settings
from ..users import accounts
from ..users.models import User
from ..users.notices import notify, notify_earlier, write_to
from . import mobile
from .email_links import Purpose, create_link
from .factor_recoveries import USABLE_FOR, is_open
from .links import cancel_recovery_url, recover_url
from .models import FactorRecovery

WARNED_BEFORE = timedelta(days=1)
LOOK_EVERY = 60.0  # seconds between two looks of one worker

_look_at = 0.0


def tell_begun(user: User, recovery: FactorRecovery) -> None:
    """Tell that the wait has begun, until when it is, and how it is cancelled."""
    _tell(user, "recovery_begun", recovery)


def tell_cancelled(user: User) -> None:
    """Tell that the wait was cancelled and all factors stay."""
    notify(user, "recovery_cancelled")


def tell_completed(user: User) -> None:
    """Tell that the second factors are gone."""
    notify(user, "recovery_completed")


def tell_what_is_due() -> None:
    """Tell people a day before the end of their wait, and at its end; each once, whichever worker looks first."""
    global _look_at
    if time.monotonic() < _look_at:
        return
    _look_at = time.monotonic() + LOOK_EVERY
    moment = now()
    over = FactorRecovery.told_at.is_(None), FactorRecovery.ends_at <= moment
    soon = FactorRecovery.warned_at.is_(None), FactorRecovery.ends_at <= moment + WARNED_BEFORE
    for recovery in db.session.scalars(select(FactorRecovery).where(is_open(), *over)).all():
        _tell_once(recovery, "told_at", "warned_at")
    for recovery in db.session.scalars(select(FactorRecovery).where(is_open(), *soon)).all():
        _tell_once(recovery, "warned_at")


def _tell_once(recovery: FactorRecovery, *stamps: str) -> None:
    """Stamp ``recovery`` and tell its person, in a transaction of its own; nothing where another worker has."""
    is_first = getattr(FactorRecovery, stamps[0]).is_(None), FactorRecovery.closed_at.is_(None)
    stamped = update(FactorRecovery).where(FactorRecovery.id == recovery.id, *is_first)
    user = accounts.get_user(recovery.user_id)
    if changed(stamped.values(dict.fromkeys(stamps, now()))) == 1 and user is not None and user.is_active:
        if "told_at" in stamps:
            _tell_over(user, recovery)
        elif recovery.ends_at - recovery.started_at > WARNED_BEFORE:  # else its beginning has said as much
            _tell(user, "recovery_soon", recovery)
    db.session.commit()


def _tell(user: User, template: str, recovery: FactorRecovery) -> None:
    cancel_link, ends_at = _cancel_link(user, recovery), recovery.ends_at.isoformat()
    notify(user, template, ends_at=ends_at, cancel_link=cancel_link)
    mobile.write_to_phone(user, "recovery_text", recovery.ends_at, cancel_link=cancel_link)


def _tell_over(user: User, recovery: FactorRecovery) -> None:
    """Mail the link that removes the factors to the address that counts, and tell the others that it was mailed."""
    cancel_link = _cancel_link(user, recovery)
    if user.email is not None and user.email_verified_at is not None:
        token = create_link(Purpose.END_RECOVERY, user, email=user.email)
        link = recover_url(settings.issuer, token)
        write_to(user.email, user, "recovery_over", link=link, cancel_link=cancel_link)
    notify_earlier(user, "recovery_over", cancel_link=cancel_link)
    mobile.write_to_phone(user, "recovery_text", now() + USABLE_FOR, cancel_link=cancel_link)


def _cancel_link(user: User, recovery: FactorRecovery) -> str:
    lifetime = recovery.ends_at - now() + USABLE_FOR
    return cancel_recovery_url(settings.issuer, create_link(Purpose.CANCEL_RECOVERY, user, lifetime=lifetime))
