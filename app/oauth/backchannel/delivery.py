"""Sending logout tokens beside the requests: many at once, so that a slow receiver holds up nobody else's."""

import logging
import threading
import time
from collections import Counter
from queue import Empty, SimpleQueue

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from ...extensions import background, settings
from . import outbox, pace, sending
from .outbox import Due
from .sending import Answer

AT_ONCE = 50  # requests of all workers of one machine
LOOK_EVERY = 0.25  # seconds, while some are on their way

_log = logging.getLogger(__name__)
_sending = threading.Lock()


def deliver_in_background() -> None:
    """Send what is due, in threads of its own."""
    if _sending.locked() or not outbox.is_any_due() or not _sending.acquire(blocking=False):
        return
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    if app.testing:
        _deliver(app)
    elif not background.run_beside(lambda: _deliver(app), "logout tokens"):
        _sending.release()  # the worker ends: another one, or the next, sends them


def _deliver(app: Flask) -> None:
    try:
        with app.app_context():
            Deliveries(max(1, AT_ONCE // settings.web_concurrency)).run()
    except SQLAlchemyError as error:  # what was just sent may then be sent again: better twice than never
        _log.warning("Logout tokens wait for the database: %r", getattr(error, "orig", None) or error)
    finally:
        _sending.release()


class Deliveries:
    """The requests of one worker, ``at_once`` at most.

    No app has more than a fifth of them, and apps that did not take the last one, or were slow to, have half of them
    together: the others find room at any time.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._most_of_an_app = max(1, at_once // 5)
        self._most_failing = max(1, at_once // 2)
        self._answers: SimpleQueue[tuple[Due, str, Answer, float]] = SimpleQueue()
        self._of_app: Counter[str] = Counter()
        self._failing: set[str] = set()

    def run(self) -> None:
        """Go on until nothing is due or on its way; at the end of a worker until nothing is on its way."""
        while True:
            if not background.is_stopping:
                self._begin_some(failing=False)
                self._begin_some(failing=True)
            if not self._of_app:
                return
            try:
                self._end(*self._answers.get(timeout=LOOK_EVERY))
            except Empty:
                continue
            while not self._answers.empty():
                self._end(*self._answers.get())

    def _begin_some(self, *, failing: bool) -> None:
        """Fill the room there is with what is due."""
        while (room := self._room(failing=failing)) > 0:
            slow = pace.list_slow()
            full = [app for app, number in self._of_app.items() if number >= self._most_of_an_app]
            besides = full if len(self._failing) < self._most_failing else [*full, *slow]
            found = outbox.list_due(room, failing=failing, besides=besides)
            if not [due for due in found if self._begin(due, is_held_back=failing or due.client_id in slow)]:
                return

    def _room(self, *, failing: bool) -> int:
        room = self._at_once - self._of_app.total()
        return min(room, self._most_failing - len(self._failing)) if failing else room

    def _begin(self, due: Due, *, is_held_back: bool) -> bool:
        """Take it and send it; False where it has to wait, or somebody else was quicker."""
        if due.uri is None or due.is_disabled:
            outbox.remove(due)
            return True
        has_room = self._of_app[due.client_id] < self._most_of_an_app
        has_room &= not is_held_back or len(self._failing) < self._most_failing
        if not has_room or not outbox.claim(due):
            return False
        token, uri, allowed = sending.make_token(due), due.uri, settings.fetch_allow

        def work() -> None:
            answer, begun = Answer(), time.monotonic()
            try:
                answer = sending.send(uri, token, allowed)
            finally:
                self._answers.put((due, token, answer, time.monotonic() - begun))

        try:
            threading.Thread(target=work, name="logout token", daemon=True).start()
        except RuntimeError:  # the machine has no more threads, which is no try of the app
            outbox.give_back(due)
            return False
        self._of_app[due.client_id] += 1
        if is_held_back:
            self._failing.add(due.id)
        return True

    def _end(self, due: Due, token: str, answer: Answer, seconds: float) -> None:
        pace.note(due.client_id, seconds)
        self._failing.discard(due.id)
        self._of_app[due.client_id] -= 1
        if not self._of_app[due.client_id]:
            del self._of_app[due.client_id]
        sending.settle(due, token, answer)
