"""Confirming a mobile number with a one-time code by text message."""

import logging
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from sqlalchemy import ColumnElement, delete, select, update
from werkzeug.exceptions import ServiceUnavailable

from ..audit import EventKind, record
from ..clock import now
from ..crypto import equal
from ..database.rows import changed, db
from ..extensions import limiter, settings, vault
from ..network_limits import TEXT_MESSAGES
from ..network_limits import count as count_for_network
from ..notifications.sms import is_available, queue_sms
from ..users.models import User
from ..users.phone_numbers import country_of, takes_text_messages
from .links import host_of
from .models import MobileCode
from .refusals import (
    BudgetSpent,
    CodeExpired,
    CodeWrong,
    CountryNotServed,
    EmailNotConfirmed,
    NothingToConfirm,
    TooManyMessages,
)

LIFETIME = timedelta(minutes=10)
MOST_TRIES = 5  # of a million codes
DIGITS = 6
# Text messages cost money, and some numbers earn it: neither a person, nor a network with many accounts, nor
# a number that many accounts give, gets more than anybody needs, and all together no more than was budgeted.
PER_PERSON = (RateLimitItemPerMinute(1), RateLimitItemPerDay(5))
PER_NUMBER = (RateLimitItemPerMinute(1), RateLimitItemPerDay(5))

_log = logging.getLogger(__name__)


def send_code(
    user: User, *, ip: str | None, issuer: str, locale: str, countries: Collection[str] | None, budget: int
) -> None:
    """Send ``user`` a new code; an older one is worth nothing from now on.

    ``countries`` are those served (None: all), ``budget`` is how many text messages the portal sends a day.
    Raises what :func:`number_to_confirm` does, :class:`TooManyMessages`, :class:`BudgetSpent`, LimitReached,
    ServiceUnavailable.
    """
    mobile = number_to_confirm(user, countries)
    if not _count(PER_PERSON, f"person {user.id}") or not _count(PER_NUMBER, f"number {mobile}"):
        raise TooManyMessages
    count_for_network(TEXT_MESSAGES, ip)
    if not _count((RateLimitItemPerDay(budget),), "portal"):
        _log.warning("No more text messages today: SMS_DAILY_BUDGET is spent")
        raise BudgetSpent
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    until = now() + LIFETIME
    digest = _digest(user.id, mobile, code)
    db.session.merge(MobileCode(user_id=user.id, code_digest=digest, tries=0, expires_at=until))
    queue_sms(mobile, user.locale or locale, "confirm_mobile", until, code=code, host=host_of(issuer))


def number_to_confirm(user: User, countries: Collection[str] | None) -> str:
    """The number of ``user`` that a code can be sent to.

    Raises :class:`NothingToConfirm`, :class:`CountryNotServed`, :class:`EmailNotConfirmed`.
    """
    if user.mobile is None or user.mobile_verified_at is not None or not takes_text_messages(user.mobile):
        raise NothingToConfirm
    if countries is not None and country_of(user.mobile) not in countries:
        raise CountryNotServed
    if user.email_verified_at is None:
        raise EmailNotConfirmed
    return user.mobile


def write_to_phone(user: User, template: str, until: datetime, **told: str) -> None:
    """Text ``user`` the notice ``template`` at the confirmed number, as far as the day's budget goes.

    ``until``: when it is worth nothing any more.
    """
    countries, budget = settings.sms_countries, settings.sms_daily_budget
    if user.mobile is None or user.mobile_verified_at is None or not is_available(settings):
        return
    if countries is not None and country_of(user.mobile) not in countries:
        return
    if _count((RateLimitItemPerDay(budget),), "portal"):
        queue_sms(user.mobile, user.mail_language, template, until, host=host_of(settings.issuer), **told)


def is_code_open(user: User) -> bool:
    """Whether a code was sent that would be taken now."""
    return db.session.scalar(select(MobileCode.user_id).where(*_open(user))) is not None


def confirm(user: User, code: str) -> None:
    """Take the number of ``user`` as confirmed by ``code``.

    Raises :class:`CodeExpired`, and :class:`CodeWrong`, which the caller commits: each try is counted before it
    is looked at, so many at once are no more than many one after the other.
    """
    counted = update(MobileCode).where(*_open(user)).values(tries=MobileCode.tries + 1)
    if changed(counted) != 1:
        raise CodeExpired
    sent = db.session.scalars(select(MobileCode.code_digest).where(MobileCode.user_id == user.id)).one()
    if not equal(sent, _digest(user.id, user.mobile or "", code)):
        raise CodeWrong
    forget_code(user)
    same_number = update(User).where(
        User.id == user.id, User.mobile == user.mobile, User.deleted_at.is_(None)
    )
    if changed(same_number.values(mobile_verified_at=now())) != 1:
        raise CodeExpired
    record(EventKind.MOBILE_VERIFIED, user_id=user.id, actor_id=user.id)


def forget_code(user: User) -> None:
    """End the code that may be on its way to ``user``."""
    db.session.execute(delete(MobileCode).where(MobileCode.user_id == user.id))


def _open(user: User) -> tuple[ColumnElement[bool], ...]:
    alive = MobileCode.tries < MOST_TRIES, MobileCode.expires_at > now()
    return MobileCode.user_id == user.id, *alive


def _digest(user_id: str, mobile: str, code: str) -> str:
    """Keyed, since a million digests are tried in a second; bound to the number, since that may change."""
    return vault.keyed_digest(f"mobile code {user_id} {mobile} {code}")


def _count(limits: tuple[RateLimitItem, ...], whose: str) -> bool:
    """Count one message; whether it is within the limits. Raises ServiceUnavailable."""
    key = vault.keyed_digest(f"sms {whose}")
    try:
        return all(limiter.limiter.hit(limit, "sms", key) for limit in limits)
    except limiter.storage.base_exceptions:  # counters in trouble must not open the purse
        raise ServiceUnavailable(retry_after=5) from None
