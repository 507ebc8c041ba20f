"""`make run` from an empty checkout."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.checkouts import copy_checkout
from tests.support.portals import FOREIGN
from tests.support.ports import free_port, is_open, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Run:
    """One `make run` in a checkout, in a process group of its own as in a terminal."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder.parent / f"{self.port}.log"
        own = {
            name: value
            for name, value in os.environ.items()
            if not FOREIGN.match(name) and name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")
        }
        self.started = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["make", "run"],
                cwd=folder,
                env={**own, "PORT": str(self.port), **environ},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        """What it has printed so far."""
        return self.log.read_text(encoding="utf-8")

    def wait(self) -> float:
        """The seconds until the portal answered."""
        wait_until(lambda: is_open(self.port) or self.process.poll() is not None, 300, "make run")
        assert requests.get(f"{self.url}/health/ready", timeout=30).status_code == 200, self.said
        return time.monotonic() - self.started

    def press_ctrl_c(self) -> str:
        """What it has printed, once it has ended."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=30)
        return self.said


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout nobody has run anything in."""
    folder = copy_checkout(tmp_path_factory.mktemp("machine") / "pforte")
    yield folder
    shutil.rmtree(folder)


def rows(checkout: Path) -> int:
    connection = sqlite3.connect(checkout / "instance" / "pforte.sqlite3")
    try:
        number: int = connection.execute("SELECT count(*) FROM users").fetchone()[0]
        return number
    finally:
        connection.close()


def test_make_run_from_an_empty_checkout_to_a_second_start_that_keeps_everything(checkout: Path) -> None:
    # What other work has left in somebody's environment is not meant for this one.
    first = Run(checkout, PIP_USER="1", FLASK_APP="hello.py", FLASK_DEBUG="1")
    first.wait()
    # The link of the first administrator may come when gunicorn already answers.
    wait_until(
        lambda: re.search(rf"{first.url}/setup/[A-Za-z0-9_-]{{20,}}", first.said), 60, "the first link"
    )
    said = first.press_ctrl_c()
    assert "Traceback" not in said
    assert said.rstrip().endswith("Pforte has stopped.")
    assert not is_open(first.port)
    for secret in ("secret_key", "database_encryption_secret"):
        assert (checkout / "instance" / secret).stat().st_mode & 0o777 == 0o600

    create = [".venv/bin/flask", "user", "create", "ada", "ada@example.org", "--admin", "--password-stdin"]
    subprocess.run(
        create, cwd=checkout, input="a long enough password 7\n", text=True, check=True, capture_output=True
    )

    again = Run(checkout)
    again.wait()
    said = again.press_ctrl_c()
    assert "/setup/" not in said
    assert "Installing" not in said
    assert rows(checkout) == 1


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"WEB_CONCURRENCY": "many"}, ["WEB_CONCURRENCY is 'many'; accepted: "]),
        ({"ACCESS_TOKEN_TTL": "soon"}, ["ACCESS_TOKEN_TTL is 'soon'; accepted: "]),
        ({"APP_ENV": "production"}, ["SECRET_KEY is missing", "DATABASE_ENCRYPTION_SECRET is missing"]),
    ],
)
def test_wrong_settings_end_make_run_with_one_line_each(
    checkout: Path, environ: dict[str, str], told: list[str]
) -> None:
    ended = Run(checkout, **environ)
    assert ended.process.wait(timeout=300) != 0
    # make adds a line of its own, and the installation may not have been made yet.
    said = [line for line in ended.said.splitlines() if not line.startswith(("make: ", "Installing "))]
    assert len(said) == len(told), said
    assert all(line.startswith(words) for line, words in zip(said, told, strict=True)), said


def test_an_empty_number_of_workers_counts_as_not_given(checkout: Path) -> None:
    started = Run(checkout, WEB_CONCURRENCY="")
    started.wait()
    assert "Traceback" not in started.press_ctrl_c()


def test_make_leaves_nothing_in_the_environment_that_runs_at_each_start_of_python(checkout: Path) -> None:
    subprocess.run(["make", ".venv/.portal-installed"], cwd=checkout, check=True, capture_output=True)
    (packages,) = (checkout / ".venv/lib").glob("python*/site-packages")
    # As earlier versions wrote it: it calls what config.py no longer has.
    former = packages / "pforte.pth"
    former.write_text('import os; "WEB_CONCURRENCY" in os.environ and __import__("config").check()\n')
    subprocess.run(["make", "help"], cwd=checkout, check=True, capture_output=True)
    assert not former.exists()
    assert not [path for path in packages.glob("*.pth") if "config" in path.read_text(encoding="utf-8")]
