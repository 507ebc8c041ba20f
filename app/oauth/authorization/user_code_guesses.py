"""Who may look for a request by its user code, and how often in vain, :rfc:`8628#section-5.1`.

Only wrong codes are counted. Who has had their share is told so for right ones, too: the answer is no help in guessing.
"""

from limits import RateLimitItem

from ...audit import EventKind, refused_requests
from ...extensions import limiter, metrics
from ...network_limits import (
    USER_CODES,
    USER_CODES_OF_ACCOUNT,
    LimitReached,
    NetworkLimit,
    is_exempt,
    seconds_until,
    tell_trouble,
)
from ...networks import networks_of
from ...process.metric_families import NETWORK_LIMITS


def check(user_id: str, address: str) -> None:
    """Raise :class:`LimitReached` where this account, or a network of ``address``, has had its share."""
    for limit, whose, most in _shares(user_id, address):
        try:
            if limiter.storage.get(_key(limit.item, limit, whose)) < most:
                continue
        except Exception as error:  # of whatever storage there is
            tell_trouble(error)
            return
        _refuse(limit, whose)


def count_wrong(user_id: str, address: str) -> None:
    """Count a wrong code. Raises :class:`LimitReached` as :func:`check` does: then it is not told to be wrong."""
    check(user_id, address)
    for limit, whose, _most in _shares(user_id, address):
        try:
            limiter.storage.incr(_key(limit.item, limit, whose), limit.item.get_expiry())
        except Exception as error:  # of whatever storage there is
            tell_trouble(error)


def _shares(user_id: str, address: str) -> list[tuple[NetworkLimit, str, int]]:
    """Each limit that holds for them, whose it is, and how many wrong codes that one may send."""
    shares = [(USER_CODES_OF_ACCOUNT, user_id, USER_CODES_OF_ACCOUNT.item.amount)]
    if not is_exempt(address):
        most = USER_CODES.item.amount
        shares += [(USER_CODES, network.name, most * network.share) for network in networks_of(address)]
    return shares


def _refuse(limit: NetworkLimit, whose: str) -> None:
    metrics.count(NETWORK_LIMITS, limit.name)
    refused_requests.note(EventKind.LIMIT_REACHED, network=whose, limit=limit.name)
    raise LimitReached(limit, seconds_until(limiter.storage.get_expiry(_key(limit.item, limit, whose))))


def _key(item: RateLimitItem, limit: NetworkLimit, whose: str) -> str:
    return item.key_for(limit.name, whose)
