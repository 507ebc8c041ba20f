"""All second factors lost: a link by email begins a wait, and where nobody cancels it, another link removes them.

Whoever reads the person's emails and knows the password must not get in at once. So all that the person has is told
when the wait begins, a day before its end and at its end, and one click from any of it cancels the wait.
"""

from datetime import timedelta

from ..audit import EventKind, record
from ..authentication import second_factors, sessions
from ..authentication.factors import changes as factors
from ..clock import now
from ..database.rows import db, new_id
from ..extensions import settings
from ..network_limits import FORGOTTEN_PASSWORDS
from ..network_limits import count as count_for_network
from ..notifications.errands import errand, queue_errand
from ..users import accounts
from ..users.models import User
from ..users.notices import write_to
from . import factor_recoveries, lost_factor_notices
from .email_links import Purpose, create_link, find_link, may_send_another, use_link
from .links import recover_url
from .models import FactorRecovery
from .refusals import LinkExpired, RecoveryOpen, TooManyRecoveries

MOST = 3  # waits that begin for one account within a month


def ask_for_recovery(email: str, *, locale: str, ip: str | None, request_id: str | None) -> None:
    """Mail the link that begins the wait to the person with this confirmed address, if there is one.

    Whether there is one is looked up beside the requests, as for a forgotten password. Raises LimitReached.
    """
    count_for_network(FORGOTTEN_PASSWORDS, ip)
    queue_errand(answer_recovery_request, email, locale=locale, ip=ip, request_id=request_id)


@errand
def answer_recovery_request(email: str, *, locale: str, ip: str | None, request_id: str | None) -> None:
    """Queue the email that was asked for, where somebody may get it."""
    user = accounts.find_user(email)
    if user is None or user.email is None or user.email_verified_at is None or not _may_recover(user):
        return
    if not may_send_another(Purpose.BEGIN_RECOVERY, user.id, user.email, confirmed=True):
        return
    link = recover_url(settings.issuer, create_link(Purpose.BEGIN_RECOVERY, user, email=user.email))
    write_to(user.email, user, "recovery_asked", link=link)
    record(EventKind.RECOVERY_ASKED, user_id=user.id, ip=ip, request_id=request_id)


def find_asked(token: str) -> User:
    """Whose wait the link begins. Raises :class:`LinkExpired`."""
    link = find_link(Purpose.BEGIN_RECOVERY, token)
    return _person(Purpose.BEGIN_RECOVERY, link.user_id if link else None)


def begin(token: str) -> FactorRecovery:
    """Begin the wait and tell all that the person has.

    Raises :class:`LinkExpired`, :class:`RecoveryOpen`, :class:`TooManyRecoveries`; the link is good again then.
    """
    user = find_asked(token)
    db.session.refresh(user, with_for_update=True)  # so that of two links at once one begins it
    if factor_recoveries.find_open(user) is not None:
        raise RecoveryOpen
    if factor_recoveries.count_recent(user) >= MOST:
        raise TooManyRecoveries
    use_link(Purpose.BEGIN_RECOVERY, token)
    moment = now()
    ends_at = moment + timedelta(seconds=settings.recovery_wait)
    recovery = FactorRecovery(id=new_id(), user_id=user.id, started_at=moment, ends_at=ends_at)
    db.session.add(recovery)
    record(EventKind.RECOVERY_BEGUN, user_id=user.id)
    lost_factor_notices.tell_begun(user, recovery)
    return recovery


def find_ended(token: str) -> User:
    """Whose factors the link removes, the wait being over. Raises :class:`LinkExpired`."""
    link = find_link(Purpose.END_RECOVERY, token)
    user = _person(Purpose.END_RECOVERY, link.user_id if link else None)
    recovery = factor_recoveries.find_open(user)
    if recovery is None or recovery.ends_at > now():
        raise LinkExpired(Purpose.END_RECOVERY)
    return user


def complete(token: str) -> User:
    """Remove every second factor of the link's person and sign them out everywhere. Raises :class:`LinkExpired`."""
    user = find_ended(token)
    use_link(Purpose.END_RECOVERY, token)
    if not factor_recoveries.close(user, FactorRecovery.ends_at <= now()):
        raise LinkExpired(Purpose.END_RECOVERY)
    factors.forget_all(user)
    sessions.end_all_sessions(user.id)
    record(EventKind.RECOVERY_COMPLETED, user_id=user.id)
    lost_factor_notices.tell_completed(user)
    return user


def find_cancelled(token: str) -> User:
    """Whose wait the link cancels. Raises :class:`LinkExpired`."""
    link = find_link(Purpose.CANCEL_RECOVERY, token)
    user = _person(Purpose.CANCEL_RECOVERY, link.user_id if link else None)
    if factor_recoveries.find_open(user) is None:
        raise LinkExpired(Purpose.CANCEL_RECOVERY)
    return user


def cancel_by_link(token: str) -> User:
    """Cancel the wait of the link's person. Raises :class:`LinkExpired`."""
    user = find_cancelled(token)
    use_link(Purpose.CANCEL_RECOVERY, token)
    if not cancel(user):
        raise LinkExpired(Purpose.CANCEL_RECOVERY)
    return user


def cancel(user: User, by: str | None = None) -> bool:
    """Cancel the wait of ``user``, if one is open, and tell them; whether one was."""
    if not factor_recoveries.close(user):
        return False
    record(EventKind.RECOVERY_CANCELLED, user_id=user.id, actor_id=by)
    lost_factor_notices.tell_cancelled(user)
    return True


def _person(purpose: Purpose, user_id: str | None) -> User:
    user = accounts.get_user(user_id) if user_id is not None else None
    if user is None or not _may_recover(user):
        raise LinkExpired(purpose)
    return user


def _may_recover(user: User) -> bool:
    return user.is_active and second_factors.has_second_factor(user)
