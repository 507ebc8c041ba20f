"""How many requests a network may make, and who is exempt."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import g, request
from flask_limiter import RateLimitExceeded
from limits import RateLimitItem

from ..audit import EventKind, refused_requests
from ..extensions import limiter
from ..network_limits import is_exempt, seconds_until
from ..networks import networks_of
from ..process.rate_limit_leases import Leases
from ..process.rate_limits import storage_uri
from ..process.rate_limits_in_redis import RedisOrFile

if TYPE_CHECKING:
    from config import Settings


@dataclass(frozen=True)
class ReachedLimit:
    """So many requests in so many seconds; the count begins anew at ``ends``, in seconds since 1970."""

    amount: int
    seconds: int
    ends: float

    def seconds_to_wait(self) -> int:
        """How long from now, rounded up."""
        return seconds_until(self.ends)


_log = logging.getLogger(__name__)
_leases = Leases()
# What browsers fetch by themselves, a page of an app many at once, and probes ask all the time.
UNCOUNTED = ("static", "account_pictures.show", "operations_health.live")


def configuration(settings: "Settings") -> dict[str, Any]:
    """Flask-Limiter's settings: one limit over everything, counted in Redis or in a file all workers share."""
    limit = f"{settings.rate_limit_requests_number} per {settings.rate_limit_duration_seconds} second"
    return {
        "RATELIMIT_APPLICATION": limit,
        **_storage(settings),
        "RATELIMIT_STRATEGY": "fixed-window",
        "RATELIMIT_SWALLOW_ERRORS": True,  # a counter in trouble must not lock everybody out
    }


def _storage(settings: "Settings") -> dict[str, Any]:
    shared_file = storage_uri(settings.instance)
    if settings.redis_url is None:
        return {"RATELIMIT_STORAGE_URI": shared_file}
    options = {"redis_url": settings.redis_url, "shared_file": shared_file}
    return {"RATELIMIT_STORAGE_URI": f"{RedisOrFile.SCHEME}://", "RATELIMIT_STORAGE_OPTIONS": options}


def check() -> None:
    """Count this request against the limit of its network. Raises :class:`flask_limiter.RateLimitExceeded`."""
    address = request.remote_addr or ""
    if request.endpoint is None or request.endpoint in UNCOUNTED or is_exempt(address):
        return
    rule = limiter.limit_manager.application_limits[0]
    for network in networks_of(address):
        limit = _times(rule.limit, network.share)
        try:
            if _leases.hit(limiter.storage, limit, network.name):
                continue
            ends = limiter.storage.get_expiry(limit.key_for(network.name))
        except Exception as error:  # a counter in trouble must not lock everybody out
            _log.error("The counters of the rate limit are in trouble: %s", type(error).__name__)
            return
        g.without_database = True  # whoever is signed in: the answer to too many requests costs no statement
        g.reached_limit = ReachedLimit(limit.amount, limit.get_expiry(), ends)
        refused_requests.note(EventKind.LIMIT_REACHED, network=network.name, limit="requests")
        raise RateLimitExceeded(rule)


def reached_limit() -> ReachedLimit | None:
    """The limit that this request has exceeded."""
    found: ReachedLimit | None = g.get("reached_limit")
    return found


def _times(limit: RateLimitItem, share: int) -> RateLimitItem:
    """The limit of a network that is so many others at once."""
    return limit if share == 1 else type(limit)(limit.amount * share, limit.multiples, limit.namespace)
