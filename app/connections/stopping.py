"""Signals that stop a worker: none is lost or told as a crash, also while the worker starts or ends.

Ctrl-C reaches every process of a terminal as SIGINT, and gunicorn sends its workers SIGQUIT because of it.
"""

import atexit
import os
import signal
from types import FrameType
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

STOPS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


def watch_forks() -> None:
    """Let children of this process end by such a signal though they do not listen to it themselves yet.

    Between the fork and then gunicorn's own handler would be in force, and the signal lost.
    """
    os.register_at_fork(before=_hold, after_in_parent=_let_through, after_in_child=_end_by_them)


class StoppingWorker(ThreadWorker):
    """Ends at once while it starts, when there is nothing to lose, and is not disturbed while it ends."""

    def init_signals(self) -> None:
        """Listen to signals, without the moment in which they would kill."""
        _hold()
        super().init_signals()
        _let_through()
        atexit.register(_ignore)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Finish the requests and end."""
        if not self.booted:
            _end()
        super().handle_exit(sig, frame)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """End without waiting for requests."""
        if not self.booted:
            _end()
        # Not SIG_IGN: where the other signal has come already, Python would print a traceback.
        for each in (signal.SIGINT, signal.SIGQUIT):
            signal.signal(each, _do_nothing)
        super().handle_quit(sig, frame)


def _hold() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)


def _let_through() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)


def _do_nothing(_sig: int, _frame: FrameType | None) -> None:
    pass


def _ignore() -> None:
    """Let Python end undisturbed: it gives up its handlers, and from then on such a signal would kill."""
    for each in STOPS:
        signal.signal(each, signal.SIG_IGN)


def _end_by_them() -> None:
    for each in STOPS:
        signal.signal(each, _end)
    _let_through()


def _end(*_signal: Any) -> None:
    """End this process as it is: an exception would come out of whatever is being imported, or be lost in it."""
    os._exit(0)
