"""Limits hold exactly, over all threads and processes of the machine."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import time_machine
from limits import parse
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

from app.process import rate_limits, shared_folder
from app.process.rate_limits import SharedFileStorage, storage_uri

CONTENDER = """
import sys
from limits import parse
from limits.strategies import FixedWindowRateLimiter
from app.process.rate_limits import SharedFileStorage
limiter = FixedWindowRateLimiter(SharedFileStorage(sys.argv[1]))
sys.stdin.readline()
print(sum(limiter.hit(parse("100/minute"), "203.0.113.7") for _ in range(60)))
"""


@pytest.fixture
def uri(tmp_path: Path) -> str:
    return f"shared-file://{tmp_path / 'limits' / 'rate_limits.sqlite3'}"


def test_of_five_processes_exactly_the_limit_passes(uri: str) -> None:
    command = [sys.executable, "-c", CONTENDER, uri]
    pipes = {
        "stdin": subprocess.PIPE,
        "stdout": subprocess.PIPE,
        "text": True,
        "env": os.environ | {"PYTHONPATH": "."},
    }
    contenders = [subprocess.Popen(command, **pipes) for _ in range(5)]
    passed = [int(contender.communicate("go\n", timeout=60)[0]) for contender in contenders]
    assert sum(passed) == 100


def test_of_sixteen_threads_exactly_the_limit_passes(uri: str) -> None:
    limiter = FixedWindowRateLimiter(storage_from_string(uri))
    with ThreadPoolExecutor(16) as threads:
        passed = list(threads.map(lambda _: limiter.hit(parse("50/minute"), "someone"), range(200)))
    assert passed.count(True) == 50


def test_a_new_process_goes_on_counting_where_the_old_one_stopped(uri: str) -> None:
    assert SharedFileStorage(uri).incr("k", 60) == 1
    assert SharedFileStorage(uri).incr("k", 60, amount=4) == 5


def test_a_window_ends_and_the_next_one_starts_at_one(uri: str) -> None:
    storage = SharedFileStorage(uri)
    with time_machine.travel(1_000_000, tick=False) as clock:
        storage.incr("k", 60)
        storage.incr("k", 60)
        assert (storage.get("k"), storage.get_expiry("k")) == (2, 1_000_060)
        clock.shift(60)
        assert (storage.get("k"), storage.get_expiry("k")) == (0, 1_000_060)
        assert storage.incr("k", 60) == 1
        assert storage.get_expiry("k") == 1_000_120


def test_what_has_expired_is_swept_away_while_others_count(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limits, "SWEEP_EVERY", 10)
    storage = SharedFileStorage(uri)
    with time_machine.travel(1_000_000, tick=False) as clock:
        for number in range(9):
            storage.incr(f"address {number}", 60)
        clock.shift(61)
        storage.incr("another", 60)
    assert storage.reset() == 1


def test_a_damaged_file_is_made_anew(uri: str) -> None:
    path = Path(uri.removeprefix("shared-file://"))
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 500)
    assert SharedFileStorage(uri).incr("k", 60) == 1


def test_two_portals_do_not_share_their_counters(tmp_path: Path) -> None:
    assert storage_uri(tmp_path / "one") != storage_uri(tmp_path / "two")
    assert storage_uri(tmp_path / "one") == storage_uri(tmp_path / "one")


def test_a_folder_somebody_else_prepared_in_shared_memory_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_folder, "SHARED_MEMORY", tmp_path / "shm")
    (tmp_path / "shm").mkdir()
    private = Path(storage_uri(tmp_path / "portal").removeprefix("shared-file://")).parent
    assert private.parent == tmp_path / "shm"
    private.rmdir()
    private.symlink_to(tmp_path)
    assert storage_uri(tmp_path / "portal") == f"shared-file://{tmp_path / 'portal' / 'rate_limits.sqlite3'}"
