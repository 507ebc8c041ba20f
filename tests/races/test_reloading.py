"""Workers come and go under load: no request is lost to a reload, and a crash costs only what it interrupts."""

import os
import secrets
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.checkouts import copy_checkout
from tests.support.portals import Portal, StartPortal
from tests.support.ports import wait_until

SECONDS = 60
CALLERS = 6
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


class Load:
    """Apps that ask for tokens all the time, on kept-alive and on new connections."""

    def __init__(self, portal: Portal) -> None:
        name = f"Load {secrets.token_hex(4)}"
        made: Any = portal.flask_json("client", "create", name, "--grant", "client_credentials")
        self.client_id = made["client_id"]
        self.auth = (made["client_id"], made["client_secret"])
        self.url = f"{portal.url}/oauth/token"
        self.outcomes: Counter[str] = Counter()
        self.done = threading.Event()

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Asks until the block ends."""
        with ThreadPoolExecutor(CALLERS) as pool:
            for number in range(CALLERS):
                pool.submit(self._ask, keep_alive=number % 2 == 0)
            try:
                self.wait_for(20)
                yield self
            finally:
                self.done.set()

    def wait_for(self, more: int) -> None:
        """Return after so many more answers."""
        wanted = self.outcomes["200"] + more
        wait_until(lambda: self.outcomes["200"] >= wanted, SECONDS, f"{more} more answers: {self.outcomes}")

    def _ask(self, keep_alive: bool) -> None:
        session = requests.Session()
        while not self.done.is_set():
            if not keep_alive:
                session.close()
            try:
                fields = {"grant_type": "client_credentials"}
                answer = session.post(self.url, fields, auth=self.auth, timeout=SECONDS)
                self.outcomes[str(answer.status_code)] += 1
            except requests.RequestException as error:
                self.outcomes[type(error).__name__] += 1


def test_no_request_is_lost_to_three_reloads(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=2, ACCESS_LOG="off")
    with Load(portal).running() as load:
        for _ in range(3):
            portal.reload()
            load.wait_for(20)
    assert set(load.outcomes) == {"200"}, load.outcomes
    assert "Traceback" not in portal.log, portal.log[-4000:]


def test_a_killed_worker_is_replaced_while_the_others_serve(start_portal: StartPortal) -> None:
    portal = start_portal(
        "sqlite", workers=3, ACCESS_LOG="off", RATE_LIMIT_WHITE_LIST="",
        RATE_LIMIT_REQUESTS_NUMBER="1000000", RATE_LIMIT_DURATION_SECONDS="1 day",
    )  # fmt: skip
    wait_until(lambda: len(portal.workers()) == 3, SECONDS, "all workers")
    before = portal.workers()
    victim = max(before)
    refused = requests.post(f"{portal.url}/oauth/token", {"grant_type": "nonsense"}, timeout=SECONDS)
    with Load(portal).running() as load:
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda: len(portal.workers() - {victim}) == 3, SECONDS, "a new worker")
        load.wait_for(50)
    assert set(load.outcomes) <= {"200", "ConnectionError", "ChunkedEncodingError"}, load.outcomes
    # The requests in the hands of the worker that was killed, and no others.
    assert sum(load.outcomes.values()) - load.outcomes["200"] <= CALLERS
    assert len(before & portal.workers()) == 2
    assert requests.get(refused.json()["error_uri"], timeout=SECONDS).status_code == 200
    sample = 'pforte_token_requests_total{grant="client_credentials",outcome="ok"}'

    def written() -> float:
        text = requests.get(f"{portal.url}/metrics", timeout=SECONDS).text
        return float(text.split(sample)[1].split()[0]) if sample in text else 0

    wait_until(lambda: written() > 50, SECONDS, "what the workers have counted")


def test_a_worker_is_recycled_after_its_requests_without_losing_one(start_portal: StartPortal) -> None:
    portal = start_portal(
        "sqlite", workers=2, ACCESS_LOG="off", GUNICORN_CMD_ARGS="--max-requests 60 --max-requests-jitter 10"
    )
    before = portal.workers()
    with Load(portal).running() as load:
        wait_until(lambda: not before & portal.workers(), SECONDS, "new workers")
        load.wait_for(20)
    assert set(load.outcomes) == {"200"}, load.outcomes


@pytest.fixture
def own_checkout(start_portal: StartPortal, tmp_path: Path) -> Portal:
    """A portal that runs from a copy of the checkout, with settings in its `.env`."""
    portal = start_portal("sqlite", workers=1, ACCESS_LOG="off")
    assert portal.stop() == 0
    portal.checkout = copy_checkout(tmp_path)
    del portal.environ["FLASK_SKIP_DOTENV"]
    portal.start()
    return portal


def test_a_reload_brings_new_settings_and_new_code_and_survives_wrong_ones(own_checkout: Portal) -> None:
    portal = own_checkout

    def says(path: str) -> str:
        return requests.get(f"{portal.url}{path}", timeout=SECONDS).text

    settings = portal.checkout / ".env"
    settings.write_text("REGISTRATION=closed\n")
    portal.reload()
    assert 'name="password"' not in says("/register")

    code = portal.checkout / "app" / "site" / "endpoints" / "well_known.py"
    written = code.read_text()
    code.write_text(written.replace("User-agent: *", "User-agent: everybody"))
    portal.reload()
    assert "everybody" in says("/robots.txt")

    for path, broken, told in (
        (code, "this is no Python\n", "invalid syntax"),
        (settings, "REGISTRATION=friends\n", "REGISTRATION is 'friends'; accepted: open, invite or closed"),
    ):
        path.write_text(broken)
        portal.reload()
        assert f"Not reloaded, the portal goes on as before: {told}" in portal.log
        assert "everybody" in says("/robots.txt")
        assert 'name="password"' not in says("/register")
        assert requests.get(f"{portal.url}/health/ready", timeout=SECONDS).ok
    assert "Traceback" not in portal.log, portal.log[-4000:]
