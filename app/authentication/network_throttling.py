"""How long a network waits after failed sign-ins, whoever they were for: against one guess for each of many names.

Right passwords neither count nor clear the count, or an account of one's own would buy any number of guesses. The
first wait begins with the failure that reaches the limit; each further one in the same time begins a longer wait,
and for a day later waits go on where the last one ended.
"""

from ..audit import EventKind, record
from ..extensions import limiter, metrics
from ..network_limits import FAILED_SIGN_INS, is_exempt, seconds_until, tell_trouble
from ..networks import Network, networks_of
from ..process.metric_families import NETWORK_LIMITS
from .refusals import NetworkWaits

FIRST_WAIT = 30  # seconds
LONGEST_WAIT = 15 * 60  # seconds: as long as an account waits
REMEMBERED_FOR = 86_400  # seconds, from the first wait


def refuse_waiting(address: str) -> None:
    """Raise :class:`NetworkWaits` while a network of ``address`` waits; a counter in trouble lets pass."""
    if is_exempt(address):
        return
    try:
        waits = [_waits_until(network) for network in networks_of(address)]
    except Exception as error:  # of whatever storage there is
        tell_trouble(error)
        return
    until = max(waits)
    if until:
        metrics.count(NETWORK_LIMITS, FAILED_SIGN_INS.name)
        raise NetworkWaits(seconds_until(until))


def count_failure(address: str) -> None:
    """Count a failed sign-in. Raises :class:`NetworkWaits` where a wait began meanwhile: it is not to be told."""
    refuse_waiting(address)
    if is_exempt(address):
        return
    try:
        for network in networks_of(address):
            _count(network)
    except Exception as error:  # of whatever storage there is
        tell_trouble(error)


def wait_after(waits: int) -> int:
    """Seconds of the wait that is number ``waits`` of a day."""
    return min(FIRST_WAIT * 2 ** min(waits - 1, 10), LONGEST_WAIT)


def _count(network: Network) -> None:
    limit = FAILED_SIGN_INS.item
    failures = limiter.storage.incr(_key("failed", network), limit.get_expiry())
    if failures < limit.amount * network.share:
        return
    seconds = wait_after(limiter.storage.incr(_key("waits", network), REMEMBERED_FOR))
    limiter.storage.incr(_key("waiting", network), seconds)
    record(EventKind.NETWORK_PAUSED, network=network.name, seconds=seconds)


def _waits_until(network: Network) -> float:
    """When its wait ends, in seconds since 1970; 0 where none has begun."""
    key = _key("waiting", network)
    return limiter.storage.get_expiry(key) if limiter.storage.get(key) else 0


def _key(what: str, network: Network) -> str:
    return FAILED_SIGN_INS.item.key_for(f"{FAILED_SIGN_INS.name} {what}", network.name)
