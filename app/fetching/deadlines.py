"""One time for everything: name, connection, TLS, question and answer."""

import time

from .refusals import FetchFailed


class Deadline:
    """The moment ``seconds`` from now."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds
        self.seconds = seconds

    def left(self) -> float:
        """Return the seconds that are left, more than none. Raises :class:`FetchFailed`."""
        seconds = self._ends - time.monotonic()
        if seconds <= 0:
            raise self.passed()
        return seconds

    def passed(self) -> FetchFailed:
        """Return what is raised where it has passed."""
        return FetchFailed("timeout", seconds=f"{self.seconds:g}")
