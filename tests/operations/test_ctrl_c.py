"""Ctrl-C at any moment of the start: everything ends, and nothing looks like a crash."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from config import CHECKOUT
from tests.support.ports import free_port, wait_until

WORKERS = 4
CRASHES = ("Traceback", "SIGQUIT", "SIGINT", "SIGKILL", "Exception")


class Start:
    """The portal as `make run` starts it, in a process group of its own as in a terminal."""

    def __init__(self, folder: Path) -> None:
        self.secret = folder / "instance" / "secret_key"
        self.log = folder / "log"
        own = {"INSTANCE_PATH": str(self.secret.parent), "PORT": str(free_port()), "PYTHONUNBUFFERED": "1"}
        environ = {
            "PATH": os.environ["PATH"],
            "FLASK_SKIP_DOTENV": "1",
            "WEB_CONCURRENCY": str(WORKERS),
            **own,
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "configuration/start.py"], cwd=CHECKOUT, env=environ, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def reads_settings(self) -> bool:
        return self.secret.exists()

    def is_ready(self) -> bool:
        return "Pforte is at" in self.log.read_text(encoding="utf-8")

    def has_all_workers(self) -> bool:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return len(children.split()) == WORKERS

    def press_ctrl_c(self) -> str:
        """What it has printed, once every process of it has ended."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=60)
        with pytest.raises(ProcessLookupError):
            os.killpg(self.process.pid, 0)
        return self.log.read_text(encoding="utf-8")


@pytest.mark.any_database
@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "seconds"),
    [
        *[(Start.reads_settings, seconds) for seconds in (0, 0.3, 1)],
        *[(Start.is_ready, seconds) for seconds in (0, 0.3)],
        *[(Start.has_all_workers, seconds) for seconds in (0, 0.5, 1.5)],
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_ctrl_c_while_it_starts_prints_no_traceback_and_no_signal(
    tmp_path: Path, moment: Callable[[Start], bool], seconds: float
) -> None:
    started = Start(tmp_path)
    wait_until(lambda: moment(started), 60, "that moment of the start")
    time.sleep(seconds)
    said = started.press_ctrl_c()
    assert [word for word in CRASHES if word in said] == [], said
