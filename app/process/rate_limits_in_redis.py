"""Counters of rate limits in Redis, which several machines share; in each machine's own file while Redis is away."""

import logging
import re
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from limits.storage import RedisStorage, Storage
from redis.exceptions import RedisError

from .rate_limits import SharedFileStorage

PATIENCE = 0.5  # seconds a request waits for Redis
PAUSE = (
    5.0  # seconds until somebody tries again: a Redis that is away must not cost every request its patience
)

_log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class RedisOrFile(Storage):
    """Redis where it answers, else the file that all workers of this machine share: limits hold either way."""

    SCHEME = "redis-or-file"
    STORAGE_SCHEME = [SCHEME]

    def __init__(
        self, uri: str, redis_url: str, shared_file: str, wrap_exceptions: bool = False, **_others: object
    ) -> None:
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        # The Redis client says unix:, the counters' library redis+unix: for the same socket.
        self._redis = RedisStorage(
            re.sub("^unix:", "redis+unix:", redis_url),
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
        )
        self._file = SharedFileStorage(shared_file)
        self._lock = threading.Lock()
        self._away_until = 0.0

    @property
    def base_exceptions(self) -> type[Exception]:
        """What the storage raises when even the file is in trouble."""
        return self._file.base_exceptions

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """The number of hits in this window, this one among them."""
        return self._ask(lambda storage: storage.incr(key, expiry, amount))

    def get(self, key: str) -> int:
        """The number of hits in the current window."""
        return self._ask(lambda storage: storage.get(key))

    def get_expiry(self, key: str) -> float:
        """When the current window ends, as seconds since 1970."""
        return self._ask(lambda storage: storage.get_expiry(key))

    def check(self) -> bool:
        """True where hits can be counted."""
        return self._file.check()

    def reset(self) -> int | None:
        """Forget all counters."""
        return self._ask(lambda storage: storage.reset())

    def clear(self, key: str) -> None:
        """Forget one counter."""
        self._ask(lambda storage: storage.clear(key))

    def _ask(self, question: Callable[[Storage], Answer]) -> Answer:
        moment = time.monotonic()
        if moment < self._away_until:
            return question(self._file)
        was_away = self._away_until > 0
        if was_away:
            self._away_until = moment + PAUSE  # one request tries whether it is back, the others do not wait
        try:
            answer = question(self._redis)
        except (RedisError, OSError) as error:
            with self._lock:
                is_first, self._away_until = self._away_until == 0, time.monotonic() + PAUSE
            if is_first:
                _log.warning("Redis is away, each machine counts for itself: %s", type(error).__name__)
            return question(self._file)
        if was_away:
            _log.warning("Redis is back, all machines count together again")
            self._away_until = 0.0
        return answer
