"""How many requests an address may make, and who is exempt."""

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app, g, request
from flask_limiter import RateLimitExceeded

from ..extensions import limiter
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
        return max(1, int(int(self.ends + 1) - time.time()) + 1)


_log = logging.getLogger(__name__)
_leases = Leases()


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
    """Count this request against the limit of its address. Raises :class:`flask_limiter.RateLimitExceeded`."""
    if request.endpoint is None or _is_exempt():
        return
    rule = limiter.limit_manager.application_limits[0]
    try:
        counted = (rule.limit, rule.key_func(), rule.scope_for("", None))
        if _leases.hit(limiter.storage, *counted):
            return
        ends = limiter.limiter.get_window_stats(*counted).reset_time
    except Exception as error:  # a counter in trouble must not lock everybody out
        _log.error("The counters of the rate limit are in trouble: %s", type(error).__name__)
        return
    g.without_database = True  # whoever is signed in: the answer to too many requests costs no statement
    g.reached_limit = ReachedLimit(rule.limit.amount, rule.limit.get_expiry(), ends)
    raise RateLimitExceeded(rule)


def reached_limit() -> ReachedLimit | None:
    """The limit that this request has exceeded."""
    found: ReachedLimit | None = g.get("reached_limit")
    return found


def _is_exempt() -> bool:
    """Listed addresses, whole matches of the pattern, and what probes and browsers fetch by themselves."""
    address = request.remote_addr or ""
    config: Settings = current_app.config["SETTINGS"]
    if address in config.rate_limit_white_list or request.endpoint in ("static", "operations_health.live"):
        return True
    pattern = config.rate_limit_white_list_regexp
    return pattern is not None and pattern.fullmatch(address) is not None
