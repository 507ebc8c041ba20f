"""The listener beside the web workers: one process, started, watched and ended by gunicorn's own."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
FIRST_PAUSE = 1.0  # seconds between its end and its next start
LONGEST_PAUSE = 30.0  # where it ends again and again
LIVES = 60.0  # seconds after which it was no failed start
ENDS_WITHIN = 10.0  # seconds

_process: "subprocess.Popen[bytes] | None" = None
_stopping = threading.Event()
# A worker forked while the listener starts would keep the pipe open by which Popen hears that it has started.
_starting = threading.Lock()
os.register_at_fork(
    before=_starting.acquire, after_in_parent=_starting.release, after_in_child=_starting.release
)


def start() -> None:
    """Keep a listener running from now on."""
    threading.Thread(target=_keep_running, name="messages", daemon=True).start()


def restart() -> None:
    """End the listener; the next one, with the code and settings of today, follows at once."""
    if _process is not None:
        _process.terminate()


def stop() -> None:
    """End the listener for good, and wait for its last answers."""
    _stopping.set()
    if _process is None:
        return
    _process.terminate()
    try:
        _process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        _process.kill()


def _keep_running() -> None:
    global _process
    # A session of its own: Ctrl-C reaches gunicorn alone, which ends it when the workers have ended.
    flask = [sys.executable, str(CHECKOUT / "configuration" / "command.py")]
    command = [*flask, "--app", "wsgi", "messages", "--beside", str(os.getpid())]
    pause = FIRST_PAUSE
    while not _stopping.is_set():
        started = time.monotonic()
        with _starting:
            _process = subprocess.Popen(command, cwd=CHECKOUT, start_new_session=True)  # noqa: S603
        _process.wait()
        pause = FIRST_PAUSE if time.monotonic() - started > LIVES else pause
        _stopping.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
