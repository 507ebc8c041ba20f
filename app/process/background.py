"""Small jobs beside the requests: one thread a worker, started with the first request."""

import logging
import os
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

INTERVAL = 0.5  # seconds; a log row must be readable within two
LAST_WAIT = 5.0  # seconds at the end of a worker for what is at work; gunicorn gives it ten in all

_log = logging.getLogger(__name__)


class Background:
    """Runs registered jobs again and again in an application context.

    Jobs do what a request must not wait for: mail delivery, batched log rows, last-used stamps.
    """

    def __init__(self) -> None:
        self._jobs: list[Callable[[], None]] = []
        self._app: Flask | None = None
        self._pid: int | None = None
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._beside: list[threading.Thread] = []
        self._in_trouble: set[str] = set()

    def init_app(self, app: Flask) -> None:
        """Serve ``app``; in testing no thread is started and tests call :meth:`run_once`."""
        self._app = app

    def add(self, job: Callable[[], None]) -> Callable[[], None]:
        """Register ``job``; usable as a decorator."""
        if job not in self._jobs:
            self._jobs.append(job)
        return job

    def run_once(self) -> None:
        """Run every job now. A job that fails is logged and tried again at the next turn."""
        assert self._app is not None
        for job in self._jobs:
            with self._app.app_context():
                try:
                    job()
                except SQLAlchemyError as error:
                    self._note_trouble(job.__name__, error)
                except Exception:  # one job's trouble must not end the others
                    _log.exception("Background job %s failed", job.__name__)
                else:
                    self._in_trouble.discard(job.__name__)

    def _note_trouble(self, name: str, error: SQLAlchemyError) -> None:
        """One line when the database goes away, none with every further turn."""
        if name not in self._in_trouble:
            self._in_trouble.add(name)
            _log.warning(
                "Background job %s waits for the database: %r", name, getattr(error, "orig", None) or error
            )

    @property
    def is_stopping(self) -> bool:
        """Whether the worker ends: long work beside the requests makes an end, too."""
        return self._stop.is_set()

    def run_beside(self, work: Callable[[], None], name: str) -> bool:
        """Do slow ``work`` in a thread of its own; False, and nothing done, at the end of a worker."""
        if self._stop.is_set():
            return False
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._beside = [*(each for each in self._beside if each.is_alive()), thread]
        thread.start()
        return True

    def stop(self) -> None:
        """Run the jobs a last time, so that nothing gathered in memory is lost at the end of a worker.

        Its threads end first: two runs at once would write over each other, and a thread that is still at work
        while Python ends prints a traceback. What hangs for longer than :data:`LAST_WAIT` is left alone.
        """
        self._stop.set()
        if self._pid != os.getpid() or self._thread is None:
            return
        until = time.monotonic() + LAST_WAIT
        self._thread.join(LAST_WAIT)
        if not self._thread.is_alive():
            self.run_once()
        for thread in self._beside:
            thread.join(max(0.0, until - time.monotonic()))

    def start(self) -> None:
        """Begin to work in this process, unless it does already or serves no portal."""
        if self._app is None or self._app.testing or self._pid == os.getpid():
            return
        with self._lock:
            if self._pid != os.getpid():  # a fork carries no threads along
                self._pid = os.getpid()
                self._stop = threading.Event()
                self._beside = []
                self._thread = threading.Thread(target=self._work, name="background", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        stop = self._stop
        while not stop.wait(INTERVAL):
            self.run_once()
