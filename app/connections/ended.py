"""Connections that the worker ended before their client did, as a number and as a line a minute in the log."""

from collections import Counter
from typing import Any

from ..extensions import metrics
from ..process.metric_families import ENDED_CONNECTIONS
from .connection import Connection
from .limits import TELL_EVERY
from .stages import Stage

LATE_WITH = {Stage.HANDSHAKE: "tls", Stage.ANSWER: "answer"}
ROOM = "room"


def lateness(connection: Connection) -> str:
    """What it is late with; nothing where that is as usual, such as a browser that asks no more."""
    if connection.stage is Stage.REQUEST:
        return connection.arrival.state.value if connection.arrival.has_begun else ""
    return LATE_WITH.get(connection.stage, "")


class Ended:
    """Counts why connections were ended, in a word each."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self._untold: Counter[str] = Counter()
        self._tell_at = 0.0

    def note(self, reason: str) -> None:
        """Count one; no ``reason`` is none to count."""
        if reason:
            self._untold[reason] += 1
            metrics.count(ENDED_CONNECTIONS, reason)

    def tell(self, now: float) -> None:
        """Write down what was counted, unless that was done a moment ago."""
        if not self._untold or now < self._tell_at:
            return
        self._tell_at = now + TELL_EVERY
        reasons = ", ".join(f"{reason}: {count}" for reason, count in sorted(self._untold.items()))
        self._log.warning("Connections were ended that took too long or too much room (%s)", reasons)
        self._untold.clear()
