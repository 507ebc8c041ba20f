"""The portal as people run it: migrations, gunicorn with several workers, real HTTP."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from app.process.rate_limits import storage_uri
from tests.support.commands import CHECKOUT, run_flask
from tests.support.databases import KINDS, SECRETS, Databases
from tests.support.ports import free_port, wait_until

# What the machine's own environment says must not reach a portal of the tests.
FOREIGN = re.compile(
    r"(MYSQL_|RATE_LIMIT_|FLASK_|GUNICORN_|.*_LOG$|LOG_FORMAT$|.*_TTL$|.*_URL$|PORT$|ISSUER$|APP_ENV$|REQUESTS_CA_BUNDLE$|WEB_CONCURRENCY$)"
)


class Portal:
    """A running portal: `url`, its commands, its log, its folder."""

    def __init__(self, url: str, environ: dict[str, str], folder: Path) -> None:
        self.url = url
        self.environ = environ
        # A proxy may stand between this and the issuer's address.
        self.local = f"{'https' if 'TLS_CERT' in environ else 'http'}://127.0.0.1:{environ['SERVER_PORT']}"
        self.folder = folder
        self.instance = folder / "instance"
        self.checkout = CHECKOUT
        self.database_url = environ["DATABASE_URL"]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What the portal has printed so far."""
        path = self.folder / "log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def flask(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `flask ARGUMENTS` beside the portal, with its settings."""
        done = run_flask(*arguments, environ=self.environ, stdin=stdin)
        assert done.returncode == 0 or not check, f"flask {' '.join(arguments)}: {done.stderr}\n{done.stdout}"
        return done

    def flask_json(self, *arguments: str, stdin: str = "") -> Any:
        """What `flask ARGUMENTS --json` prints, parsed."""
        return json.loads(self.flask(*arguments, "--json", stdin=stdin).stdout)

    def start(self) -> None:
        """Start gunicorn and wait until it answers and has forked all its workers: one is quick to answer alone."""
        command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.checkout, env=self.environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_until(self._answers, 60, f"the portal at {self.url}; its log: {self.log}")
        wait_until(lambda: len(self.workers()) >= int(self.environ["WEB_CONCURRENCY"]), 60, "all workers")

    def workers(self) -> set[int]:
        """The process ids of the workers there are now."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return {int(pid) for pid in children.split()}

    def reload(self) -> None:
        """Send HUP and wait until all workers are new ones."""
        assert self.process is not None
        before = self.workers()
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.workers() and not before & self.workers(), 60, "new workers")

    def stop(self) -> int:
        """End gunicorn as Ctrl-C does; its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"the portal ended by itself: {self.log}"
        try:
            verify = self.environ.get("REQUESTS_CA_BUNDLE", self.environ.get("TLS_CERT", True))
            return requests.get(f"{self.local}/health/live", verify=verify, timeout=10).status_code == 200
        except requests.ConnectionError:
            return False


@contextmanager
def running_portal(database_url: str, *, workers: int = 3, url: str = "", **changes: str) -> Iterator[Portal]:
    """A portal on an empty database, migrated and started; `changes` are variables as the contract names them."""
    port = free_port()
    url = url or f"http://127.0.0.1:{port}"
    folder = Path(tempfile.mkdtemp(prefix="pforte-portal-"))
    own = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}
    environ = own | SECRETS | {
        "FLASK_SKIP_DOTENV": "1",
        "INSTANCE_PATH": str(folder / "instance"),
        "DATABASE_URL": database_url,
        "SERVER_PORT": str(port),
        "WEB_CONCURRENCY": str(workers),
        "PYTHONUNBUFFERED": "1",
        **changes,
    }  # fmt: skip
    portal = Portal(changes.get("ISSUER", url), environ, folder)
    try:
        portal.flask("db", "upgrade")
        portal.start()
        yield portal
        assert portal.stop() == 0, portal.log
    finally:
        if portal.process is not None and portal.process.poll() is None:
            portal.process.kill()
            portal.process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(
            Path(storage_uri(portal.instance).removeprefix("shared-file://")).parent, ignore_errors=True
        )


class Portals:
    """The running portals of this test process, one a kind of database, started at the first use."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._running: dict[str, Portal] = {}
        self._stack = ExitStack()

    def __getitem__(self, kind: str) -> Portal:
        if kind not in self._running:
            url = self._databases.new_url(kind)
            self._running[kind] = self._stack.enter_context(running_portal(url))
        return self._running[kind]

    def close(self) -> None:
        """Stop them all."""
        self._stack.close()


StartPortal = Callable[..., Portal]


@pytest.fixture(scope="session")
def portals(databases: Databases) -> Iterator[Portals]:
    """The portals that all tests of this process share: give users, apps and names of their own to each test."""
    found = Portals(databases)
    yield found
    found.close()


@pytest.fixture
def sqlite_portal(portals: Portals) -> Portal:
    """A running portal on SQLite, shared by the tests of this process."""
    return portals["sqlite"]


@pytest.fixture
def mariadb_portal(portals: Portals) -> Portal:
    """A running portal on MariaDB, shared by the tests of this process."""
    return portals["mariadb"]


@pytest.fixture
def portal(request: pytest.FixtureRequest, portals: Portals) -> Portal:
    """A running portal: the test runs against SQLite and once more against MariaDB."""
    return portals[request.param]


@pytest.fixture
def start_portal(databases: Databases) -> Iterator[StartPortal]:
    """Starts portals of the test's own: `start_portal("sqlite", workers=2, REGISTRATION="closed")`."""
    with ExitStack() as stack:

        def start(kind: str = KINDS[0], **changes: Any) -> Portal:
            return stack.enter_context(running_portal(databases.new_url(kind), **changes))

        yield start
