"""All connections of a worker that wait for their clients: who may go on, who is late, who makes room."""

from collections.abc import Callable
from functools import partial
from selectors import BaseSelector

from .connection import Connection
from .stages import Stage

Ready = Callable[[Connection], None]


class Waiting:
    """Keeps connections in ``poller``, which calls ``ready`` with the one whose socket has something for it."""

    def __init__(self, poller: BaseSelector, ready: Ready) -> None:
        self._poller = poller
        self._ready = ready
        self._events: dict[Connection, int] = {}
        self.held = 0
        """The bytes that connections keep in memory, also those with a thread."""

    def wait(self, connection: Connection, events: int) -> None:
        """Have it wait for these events from now on."""
        connection.has_thread = False
        before = self._events.get(connection)
        if before == events:
            return
        change = self._poller.modify if before else self._poller.register
        change(connection.sock.wire, events, partial(self._wake, connection))
        self._events[connection] = events

    def leave_to_thread(self, connection: Connection) -> None:
        """Have it wait for nothing while a thread has it.

        It stays in the poller, since mostly nothing comes before the answer has gone: two system calls saved.
        """
        connection.has_thread = True

    def forget(self, connection: Connection) -> None:
        """Have it wait no more."""
        if self._events.pop(connection, None):
            self._poller.unregister(connection.sock.wire)

    def charge(self, connection: Connection, weight: int) -> None:
        """Note how many bytes it keeps in memory now."""
        self.held += weight - connection.charged
        connection.charged = weight

    def late(self, now: float) -> list[Connection]:
        """Those whose time is over."""
        return [each for each in self._events if each.deadline < now and not each.has_thread]

    def choose_for_eviction(self, *, heavy: bool) -> Connection | None:
        """Choose the connection to evict: lowest stage first, then the one that has waited longest."""
        found = [each for each in self._events if (each.charged or not heavy) and not each.has_thread]
        return min(found, key=lambda each: (each.stage.value, each.since), default=None)

    def hurry(self, deadline: float) -> None:
        """Let those whose request is not there yet, or who have asked nothing, wait until then at most."""
        for connection in self._events:
            if connection.stage in (Stage.HANDSHAKE, Stage.REQUEST, Stage.IDLE):
                connection.deadline = min(connection.deadline, deadline)

    def _wake(self, connection: Connection, _wire: object) -> None:
        if connection.has_thread:
            self.forget(connection)  # until the answer has gone
        elif connection in self._events:  # it may have made room for another one of the same moment
            self._ready(connection)
