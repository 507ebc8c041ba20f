"""How many refusals, and requests of nobody, are kept a minute: neither a broken loop nor a stranger may fill the database."""

import logging
import threading
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute

from ...extensions import limiter

PER_MINUTE = 120
# In all workers together: anybody can make these, on any machine.
OF_NO_APP = RateLimitItemPerMinute(PER_MINUTE)
MINUTE = 60.0  # seconds


@dataclass
class _Minute:
    began: float
    kept: int = 0
    last_kept: str = ""
    more: int = 0


_log = logging.getLogger(__name__)


class RefusalCap:
    """Counts refusals by app in this process, and by app what came from nobody who is signed in, and in all together those of no app; beyond it they count only."""

    def __init__(self) -> None:
        self._minutes: dict[str | None, _Minute] = {}
        self._full: list[_Minute] = []
        self._lock = threading.Lock()

    def admits(self, whose: str | None, row_id: str) -> bool:
        """Whether this request may become the row ``row_id``; ``whose`` is the app and perhaps a mark, None no app."""
        with self._lock:
            minute = self._current(whose)
            # The first one of each process is kept in any case: it tells how many came after it.
            if minute.kept < PER_MINUTE and (whose is not None or not minute.kept or _portal_has_room()):
                minute.kept += 1
                minute.last_kept = row_id
                return True
            minute.more += 1
            return False

    def take_counted(self) -> dict[str, int]:
        """The rows that stand for more refusals than one, and how many came after each; told once."""
        with self._lock:
            for ended in [key for key, minute in self._minutes.items() if _is_over(minute)]:
                self._full.append(self._minutes.pop(ended))
            counted = {minute.last_kept: minute.more for minute in self._full if minute.more}
            self._full = []
        return counted

    def _current(self, whose: str | None) -> _Minute:
        minute = self._minutes.get(whose)
        if minute is None or _is_over(minute):
            if minute is not None:
                self._full.append(minute)
            minute = self._minutes[whose] = _Minute(time.monotonic())
        return minute


def _is_over(minute: _Minute) -> bool:
    return time.monotonic() - minute.began >= MINUTE


def _portal_has_room() -> bool:
    """Whether all workers together have kept fewer of no app than they may; with the counters away each counts alone."""
    try:
        return limiter.limiter.hit(OF_NO_APP, "refusals of no app")
    except Exception as error:  # of whatever storage there is
        _log.warning("The counters are in trouble: %s", type(error).__name__)
        return True
