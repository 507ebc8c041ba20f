"""How many refusals of one app are kept a minute: a broken loop must not fill the database."""

import threading
import time
from dataclasses import dataclass

PER_MINUTE = 120
MINUTE = 60.0  # seconds


@dataclass
class _Minute:
    began: float
    kept: int = 0
    last_kept: str = ""
    more: int = 0


class RefusalCap:
    """Counts refusals by app in this process; those beyond the cap are counted only."""

    def __init__(self) -> None:
        self._minutes: dict[str | None, _Minute] = {}
        self._full: list[_Minute] = []
        self._lock = threading.Lock()

    def admits(self, client_id: str | None, row_id: str) -> bool:
        """Whether the refusal of this app may become the row ``row_id``."""
        with self._lock:
            minute = self._current(client_id)
            if minute.kept < PER_MINUTE:
                minute.kept += 1
                minute.last_kept = row_id
                return True
            minute.more += 1
            return False

    def take_counted(self) -> dict[str, int]:
        """The rows that stand for more refusals than one, and how many came after each; told once."""
        with self._lock:
            for client_id in [key for key, minute in self._minutes.items() if _is_over(minute)]:
                self._full.append(self._minutes.pop(client_id))
            counted = {minute.last_kept: minute.more for minute in self._full if minute.more}
            self._full = []
        return counted

    def _current(self, client_id: str | None) -> _Minute:
        minute = self._minutes.get(client_id)
        if minute is None or _is_over(minute):
            if minute is not None:
                self._full.append(minute)
            minute = self._minutes[client_id] = _Minute(time.monotonic())
        return minute


def _is_over(minute: _Minute) -> bool:
    return time.monotonic() - minute.began >= MINUTE
