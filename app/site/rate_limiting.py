"""How many requests an address may make, and who is exempt."""

import re
from typing import TYPE_CHECKING, Any

from flask import request

from ..extensions import limiter, settings
from ..rate_limits import storage_uri

if TYPE_CHECKING:
    from config import Settings


def configuration(settings: "Settings") -> dict[str, Any]:
    """Flask-Limiter's settings: one limit over everything, counted in Redis or in a file all workers share."""
    limit = f"{settings.rate_limit_requests_number} per {settings.rate_limit_duration_seconds} second"
    return {
        "RATELIMIT_APPLICATION": limit,
        # The Redis client says unix:, the counters' library redis+unix: for the same socket.
        "RATELIMIT_STORAGE_URI": re.sub(
            "^unix:", "redis+unix:", settings.redis_url or storage_uri(settings.instance)
        ),
        "RATELIMIT_STRATEGY": "fixed-window",
        "RATELIMIT_SWALLOW_ERRORS": True,  # a counter in trouble must not lock everybody out
    }


@limiter.request_filter
def _is_exempt() -> bool:
    """Listed addresses, whole matches of the pattern, and what probes and browsers fetch by themselves."""
    address = request.remote_addr or ""
    if address in settings.rate_limit_white_list or request.endpoint in ("static", "site_health.live"):
        return True
    pattern = settings.rate_limit_white_list_regexp
    return pattern is not None and pattern.fullmatch(address) is not None
