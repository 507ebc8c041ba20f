"""``make bench``: every case in turn with the bare route, several rounds, medians as a table.

``BENCH="--alg RS256 --database sqlite --rounds 5 --seconds 4 --only refresh" make bench`` changes what is run.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests
from argon2 import PasswordHasher

from benchmarks import wrk
from benchmarks.cases import App, Case, cases, sign_in
from benchmarks.stock import REDIRECT_URI, SCOPES
from tests.support.portals import Portal, running_portal
from tests.support.ports import free_port, wait_until
from tests.support.servers import private_mariadb

WORKERS = 2
USERNAME, PASSWORD = "bench", "a-password-nobody-has-breached-7431"
DURABLE = "SET GLOBAL innodb_flush_log_at_trx_commit = 1"


def main() -> None:
    """Run the cases and print the table."""
    options = _options()
    with (
        tempfile.TemporaryDirectory() as name,
        _database(options.database, Path(name)) as url,
        running_portal(url, workers=WORKERS, ACCESS_TOKEN_ALG=options.alg) as portal,
        _bare() as bare,
    ):
        folder = Path(name)
        app = _prepare(portal)
        stock = _stock(portal, app, options)
        chosen = [*cases(portal.url, app, stock, folder), sign_in(portal.url, USERNAME, PASSWORD, folder)]
        chosen = [case for case in chosen if not options.only or case.name in options.only]
        _measure(portal.url, bare, chosen, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--alg", default="ES256", choices=("RS256", "ES256", "EdDSA"))
    parser.add_argument("--database", default="mariadb", choices=("mariadb", "sqlite"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--only", action="append")
    return parser.parse_args()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """A database of our own; MariaDB commits durably, as in production."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    with private_mariadb() as server:
        server.run(DURABLE)
        yield server.new_database()


@contextmanager
def _bare() -> Iterator[str]:
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
        yield url
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def _prepare(portal: Portal) -> App:
    portal.flask("user", "create", USERNAME, "bench@example.org", "--password-stdin", stdin=PASSWORD)
    grants = ("authorization_code", "refresh_token", "client_credentials")
    options = [part for grant in grants for part in ("--grant", grant)]
    options += [part for scope in SCOPES for part in ("--scope", scope)]
    created = portal.flask_json(
        "client", "create", "Bench", "--redirect-uri", REDIRECT_URI, *options, "--json"
    )
    return App(created["client_id"], created["client_secret"])


def _stock(portal: Portal, app: App, options: argparse.Namespace) -> dict[str, list[str]]:
    codes = 2000 * options.rounds * options.seconds
    command = [sys.executable, "-m", "benchmarks.stock", app.client_id, USERNAME, str(codes), "200"]
    made = subprocess.run(command, env=portal.environ, check=True, capture_output=True, text=True).stdout
    stock: dict[str, list[str]] = json.loads(made)
    return stock


def _measure(url: str, bare: str, chosen: list[Case], options: argparse.Namespace) -> None:
    runs: dict[str, list[wrk.Run]] = {case.name: [] for case in chosen}
    yardsticks: dict[str, list[float]] = {case.name: [] for case in chosen}
    for _round in range(options.rounds):
        for case in chosen:
            yardstick = _argon2_rate() if case.name == "sign-in" else wrk.run(bare, 2).rate
            yardsticks[case.name].append(yardstick)
            if case.script and case.name == "code exchange":
                _skip_spent(case.script, runs[case.name], options.seconds)
            runs[case.name].append(wrk.run(url + case.path, options.seconds, case.script))
    _print(chosen, runs, yardsticks, options)


def _skip_spent(script: Path, earlier: list[wrk.Run], seconds: int) -> None:
    """Leave out the codes of earlier rounds: each works once."""
    if not earlier:
        return
    path = script.with_suffix(".txt")
    spent = int(earlier[-1].rate * (seconds + 1)) + 50
    path.write_text("".join(path.read_text().splitlines(keepends=True)[spent:]))


def _argon2_rate() -> float:
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


def _print(
    chosen: list[Case],
    runs: dict[str, list[wrk.Run]],
    yardsticks: dict[str, list[float]],
    options: argparse.Namespace,
) -> None:
    print(
        f"{options.database}, {options.alg}, {WORKERS} workers, {options.rounds} rounds of {options.seconds} s\n"
    )
    print("| case | requests/s | p50 ms | p99 ms | errors | yardstick/s | share | aim |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    for case in chosen:
        made = runs[case.name]
        rate = statistics.median(run.rate for run in made)
        p50, p99 = (
            statistics.median(figures) for figures in zip(*((run.p50, run.p99) for run in made), strict=True)
        )
        shares = [run.rate / yard for run, yard in zip(made, yardsticks[case.name], strict=True)]
        yard = statistics.median(yardsticks[case.name])
        errors = sum(run.errors for run in made)
        share = f"{statistics.median(shares):.0%}"
        print(
            f"| {case.name} | {rate:.0f} | {p50:.1f} | {p99:.1f} | {errors} | {yard:.0f} | {share} | {case.aim} % |"
        )


if __name__ == "__main__":
    main()
