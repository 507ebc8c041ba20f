"""``make bench``: every case in turn with its yardstick, several rounds, medians as a table.

``BENCH="--alg RS256 --database sqlite --rounds 5 --seconds 4 --only refresh" make bench`` changes what is run;
``--limits`` compares addresses that a rate limit counts with those it exempts.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from benchmarks import wrk
from benchmarks.cases import App, Case, cases, sign_in
from benchmarks.stock import REDIRECT_URI, SCOPES
from benchmarks.yardsticks import PASSWORD, WORKERS, argon2_rate, bare_route, database
from tests.support.portals import Portal, running_portal

USERNAME = "bench"
REFRESH_TOKENS = 200  # a run begins with; each answer brings the next one
COUNTED = {"RATE_LIMIT_WHITE_LIST": "", "RATE_LIMIT_REQUESTS_NUMBER": "1000000000"}
LEAST_LEFT = 90  # per cent of the requests of an exempt address

Yardstick = Callable[[Case], float]


def main() -> None:
    """Run the cases and print the table."""
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(database(options.database, folder))
        own = {"ACCESS_TOKEN_ALG": options.alg}
        portal = stack.enter_context(running_portal(url, workers=WORKERS, **own))
        app = _prepare(portal)
        stock = _stock(portal, app, options)
        chosen = [*cases(portal.url, app, stock, folder), sign_in(portal.url, USERNAME, PASSWORD, folder)]
        chosen = [case for case in chosen if not options.only or case.name in options.only]
        shares = _Shares(stock, options)
        if options.limits:
            counted = running_portal(url, workers=WORKERS, ISSUER=portal.url, **own, **COUNTED)
            measured = stack.enter_context(counted).local
            _measure(
                measured, lambda case: _run(portal.url, case, shares, options).rate, chosen, shares, options
            )
        else:
            bare = stack.enter_context(bare_route())
            _measure(portal.url, lambda case: _raw_rate(bare, case), chosen, shares, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--alg", default="ES256", choices=("RS256", "ES256", "EdDSA"))
    parser.add_argument("--database", default="mariadb", choices=("mariadb", "sqlite"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--only", action="append")
    parser.add_argument("--limits", action="store_true")
    return parser.parse_args()


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
    runs = _runs(options)
    codes = 2000 * runs * options.seconds
    command = [
        sys.executable,
        "-m",
        "benchmarks.stock",
        app.client_id,
        USERNAME,
        str(codes),
        str(REFRESH_TOKENS * runs + 1),
    ]
    made = subprocess.run(command, env=portal.environ, check=True, capture_output=True, text=True).stdout
    stock: dict[str, list[str]] = json.loads(made)
    return stock


def _runs(options: argparse.Namespace) -> int:
    """How many runs of a case there are."""
    return int(options.rounds * (2 if options.limits else 1))


class _Shares:
    """Codes and refresh tokens, each of which works once: every run takes the next share of them."""

    def __init__(self, stock: dict[str, list[str]], options: argparse.Namespace) -> None:
        self._stock = stock
        self._runs = _runs(options)
        self._turns = {"code exchange": ("codes", count()), "refresh": ("refresh_tokens", count())}

    def lay_out(self, case: Case) -> None:
        """Give the case its next share."""
        if case.name not in self._turns or case.script is None:
            return
        kind, turns = self._turns[case.name]
        size = len(self._stock[kind]) // self._runs
        begin = next(turns) * size
        case.script.with_suffix(".txt").write_text("\n".join(self._stock[kind][begin : begin + size]) + "\n")


def _run(url: str, case: Case, shares: _Shares, options: argparse.Namespace) -> wrk.Run:
    shares.lay_out(case)
    return wrk.run(url + case.path, options.seconds, case.script, case.connections)


def _raw_rate(bare: str, case: Case) -> float:
    return argon2_rate() if case.name == "sign-in" else wrk.run(bare, 2).rate


def _measure(
    url: str, yardstick: Yardstick, chosen: list[Case], shares: _Shares, options: argparse.Namespace
) -> None:
    runs: dict[str, list[wrk.Run]] = {case.name: [] for case in chosen}
    yardsticks: dict[str, list[float]] = {case.name: [] for case in chosen}
    for _turn in range(options.rounds):
        for case in chosen:
            yardsticks[case.name].append(yardstick(case))
            runs[case.name].append(_run(url, case, shares, options))
    _print(chosen, runs, yardsticks, options)


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
        aim = LEAST_LEFT if options.limits else case.aim
        print(
            f"| {case.name} | {rate:.0f} | {p50:.1f} | {p99:.1f} | {errors} | {yard:.0f} | {share} | {aim} % |"
        )


if __name__ == "__main__":
    main()
