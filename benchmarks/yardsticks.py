"""What the portal is measured by: its database, a bare Flask route, and the raw rate of password hashes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests
from argon2 import PasswordHasher

from benchmarks import wrk
from tests.support.ports import free_port, wait_until
from tests.support.servers import private_mariadb

WORKERS = 2
PASSWORD = "a-password-nobody-has-breached-7431"
DURABLE = "SET GLOBAL innodb_flush_log_at_trx_commit = 1"


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """A database of our own; MariaDB commits durably, as in production."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    with private_mariadb() as server:
        server.run(DURABLE)
        yield server.new_database()


@contextmanager
def bare_route() -> Iterator[str]:
    """The bare Flask route under the same gunicorn settings."""
    port = free_port()
    environ = {
        **os.environ,
        "SERVER_PORT": str(port),
        "WEB_CONCURRENCY": str(WORKERS),
        "FLASK_SKIP_DOTENV": "1",
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "benchmarks.bare:app"]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}/"
        wait_until(lambda: _answers(url), 30, "the bare route")
        wrk.run(url, 2)  # by then all its workers serve
        yield url
    finally:
        process.terminate()
        process.wait()


def argon2_rate() -> float:
    """How many argon2id hashes this machine makes a second, on all its cores."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores) as pool:
        return sum(pool.map(_hash_for_two_seconds, range(cores)))


def _hash_for_two_seconds(_worker: int) -> float:
    hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    begun, made = time.perf_counter(), 0
    while time.perf_counter() - begun < 2:
        hasher.hash(PASSWORD)
        made += 1
    return made / (time.perf_counter() - begun)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False
