"""Which apps take their time over logout tokens: a memory of this process, for the room that they have together."""

import time

SLOW = 1.0  # seconds that a prompt receiver does not need
REMEMBERED = 600.0  # seconds
MOST_REMEMBERED = 1_000  # apps

_slow: dict[str, float] = {}
"""By app: until when it counts as slow, the one noted last at the end. One thread of a process sends at a time."""


def note(client_id: str, seconds: float) -> None:
    """Remember how long the app took for its last one."""
    _slow.pop(client_id, None)
    if seconds >= SLOW:
        _slow[client_id] = time.monotonic() + REMEMBERED
    if len(_slow) > MOST_REMEMBERED:
        del _slow[next(iter(_slow))]


def list_slow() -> list[str]:
    """Return the apps that were slow lately."""
    moment = time.monotonic()
    return [client_id for client_id, until in _slow.items() if until > moment]
