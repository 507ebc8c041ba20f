"""What one network may ask for beside the general limit: all that a stranger could do in bulk.

Counted where the general limit is, for all workers together. ``RATE_LIMIT_WHITE_LIST`` lists who is exempt, such as
a service of the house that registers people or signs them in.
"""

import logging
from dataclasses import dataclass
from math import ceil
from time import time

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from werkzeug.exceptions import TooManyRequests

from .audit import EventKind, refused_requests
from .extensions import limiter, metrics, settings
from .networks import networks_of
from .process.metric_families import NETWORK_LIMITS


@dataclass(frozen=True)
class NetworkLimit:
    """So many of a kind in a time; ``name`` is for the counters and ``/metrics``."""

    name: str
    item: RateLimitItem


# A class or an office that begins on one morning behind one address.
REGISTRATIONS = NetworkLimit("registrations", RateLimitItemPerHour(30))
# Every form of the registration, since its answer tells which names are taken: the same class, mistyping a password.
REGISTRATION_FORMS = NetworkLimit("registration_forms", RateLimitItemPerHour(60))
# Apps that register themselves: a program does so twice a connection, and each is a row that nobody may ever use.
APP_REGISTRATIONS = NetworkLimit("app_registrations", RateLimitItemPerHour(20))
# The same office on the morning after; each email goes to somebody, and a mailbox has a limit of its own.
FORGOTTEN_PASSWORDS = NetworkLimit("forgotten_passwords", RateLimitItemPerHour(20))
# Asked for again, or for another address: few people need that at all.
CONFIRMATION_MAILS = NetworkLimit("confirmation_mails", RateLimitItemPerHour(20))
# Each is decoded, which takes up to half a second; people choose one in years.
PICTURES = NetworkLimit("pictures", RateLimitItemPerHour(60))
# Administrators looking whether emails leave: each waits for the mail server in a thread of the portal.
TEST_MAILS = NetworkLimit("test_mails", RateLimitItemPerHour(20))
# Text messages cost money, and some numbers earn it.
TEXT_MESSAGES = NetworkLimit("text_messages", RateLimitItemPerDay(20))
# People mistype two or three times; who tries one password for many names needs hundreds.
FAILED_SIGN_INS = NetworkLimit("failed_sign_ins", RateLimitItemPerMinute(20, 15))
# Nobody guesses a signature: this only keeps somebody from making us verify for hours. Right ones are never counted.
FAILED_PASSKEYS = NetworkLimit("failed_passkeys", RateLimitItemPerMinute(60, 15))
# Programs on the machines of an office or a class, all behind one address, and each may ask a few times.
DEVICE_AUTHORIZATIONS = NetworkLimit("device_authorizations", RateLimitItemPerHour(300))
# Wrong codes of devices: people mistype one or two; of 25 billion some hundred are worth a guess.
USER_CODES = NetworkLimit("user_codes", RateLimitItemPerHour(30))
# The same for an account, from wherever: who guesses from many networks needs an account for it.
USER_CODES_OF_ACCOUNT = NetworkLimit("user_codes_of_account", RateLimitItemPerHour(10))
# An office that begins on one morning, each with an app that runs in the browser or on the device, and so proves nothing.
PUSHED_REQUESTS = NetworkLimit("pushed_requests", RateLimitItemPerMinute(600, 10))

_log = logging.getLogger(__name__)


class LimitReached(TooManyRequests):
    """The network has had its share. Wherever it is raised, the answer is 429 with ``Retry-After``, in seconds."""

    def __init__(self, limit: NetworkLimit, retry_after: int) -> None:
        super().__init__(retry_after=retry_after)
        self.limit = limit
        self.seconds = retry_after


def count(limit: NetworkLimit, address: str | None) -> None:
    """Count one for the networks of ``address``. Raises :class:`LimitReached`; a counter in trouble lets pass."""
    if is_exempt(address):
        return
    for network in networks_of(address or ""):
        key = limit.item.key_for(limit.name, network.name)
        try:
            if limiter.storage.incr(key, limit.item.get_expiry()) <= limit.item.amount * network.share:
                continue
            ends = limiter.storage.get_expiry(key)
        except Exception as error:  # of whatever storage there is
            tell_trouble(error)
            return
        metrics.count(NETWORK_LIMITS, limit.name)
        refused_requests.note(EventKind.LIMIT_REACHED, network=network.name, limit=limit.name)
        raise LimitReached(limit, seconds_until(ends))


def is_exempt(address: str | None) -> bool:
    """Whether ``address`` is listed, or matched whole by the pattern: no limit per address holds for it."""
    address = address or ""
    if address in settings.rate_limit_white_list:
        return True
    pattern = settings.rate_limit_white_list_regexp
    return pattern is not None and pattern.fullmatch(address) is not None


def seconds_until(moment: float) -> int:
    """Whole seconds from now, rounded up, one at least; ``moment`` in seconds since 1970."""
    return max(1, ceil(moment - time() + 0.5))  # Redis tells the end to half a second


def tell_trouble(error: Exception) -> None:
    """Write down that counters are in trouble; nobody is kept out for it."""
    _log.error("The counters of networks are in trouble: %s", type(error).__name__)
