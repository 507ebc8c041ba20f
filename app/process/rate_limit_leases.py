"""Hits of a rate limit, reserved some at a time while the limit is far away: most requests then count in memory.

What a process has reserved counts for all workers and machines at once, so that never more pass than the limit
says. Near the limit each hit is counted by itself. What one worker has reserved and another would need is lost:
a few per cent at most, and only of limits that are counted in thousands.
"""

import threading
import time
from dataclasses import dataclass

from limits import RateLimitItem
from limits.storage import Storage

from .cache import Cache

MOST_HITS = 32  # hits of one reservation
SHARE = 32  # it takes one of so many that are left
MOST_ADDRESSES = 10_000  # a process keeps


@dataclass(slots=True)
class _Lease:
    storage: Storage
    counted: int
    """The shared counter's value when this process last read it."""
    left: int = 0
    until: float = 0.0
    """When the window ends, in seconds since 1970."""


class Leases:
    """What this process has reserved, by address."""

    def __init__(self) -> None:
        self._held: Cache[str, _Lease] = Cache(MOST_ADDRESSES)
        self._lock = threading.Lock()

    def hit(self, storage: Storage, limit: RateLimitItem, *identifiers: str) -> bool:
        """Count a hit; whether it passes."""
        key = limit.key_for(*identifiers)
        with self._lock:
            lease = self._held.get(key)
            if lease is not None and lease.left and lease.storage is storage and time.time() < lease.until:
                lease.left -= 1
                return True
        counted = lease.counted if lease is not None and lease.storage is storage else limit.amount
        wanted = max(1, min(MOST_HITS, (limit.amount - counted) // SHARE))
        counted = storage.incr(key, limit.get_expiry(), amount=wanted)
        granted = wanted - max(0, counted - limit.amount)
        if granted > 1:
            self._keep(key, _Lease(storage, counted, granted - 1, storage.get_expiry(key)))
        else:
            self._keep(key, _Lease(storage, counted))
        return granted > 0

    def _keep(self, key: str, lease: _Lease) -> None:
        """Remember ``lease``, and what is left of one that another thread has just got in the same window."""
        with self._lock:
            other = self._held.get(key)
            if other is not None and other.storage is lease.storage and abs(other.until - lease.until) < 1:
                lease.left += other.left
            self._held.put(key, lease)
