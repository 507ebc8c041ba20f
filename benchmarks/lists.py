"""``make bench-lists``: how long pages of long lists take an administrator, beside the same pages of short ones.

The same portal is measured with a hundred people, then with 100,000 and with 1,000,000 events: the ratio counts.
``BENCH="--people 20000 --events 100000 --database sqlite" make bench-lists`` changes the size.
"""

import argparse
import html
import re
import statistics
import tempfile
import time
from pathlib import Path

import requests
from sqlalchemy import create_engine, text

from benchmarks.__main__ import USERNAME
from benchmarks.crowd import FEW, fill
from benchmarks.yardsticks import PASSWORD, database
from tests.support.databases import make_settings
from tests.support.html_forms import forms_of
from tests.support.portals import Portal, running_portal

ROUNDS = 15
DEEP = 200  # pages
PAGES = {
    "people, first page": "/admin/users",
    "people, deep page": "",
    "people, search by a name": "/admin/users?q=anbeco",
    "people, search that many match": "/admin/users?q=a",
    "people, search by a part of a name": "/admin/users?q=nbeco",
    "people, search by two words": "/admin/users?q=beco+example",
    "people, search that nobody matches": "/admin/users?q=zz",
    "people, search that nearly matches everybody": "/admin/users?q=@example.orgs",
    "administrators, search": "/admin/users?q=a&state=administrators",
    "people, blocked": "/admin/users?state=blocked",
    "people, administrators": "/admin/users?state=administrators",
}


def main() -> None:
    """Measure with few rows, fill the database, measure again, print the table."""
    options = _options()
    with (
        tempfile.TemporaryDirectory() as name,
        database(options.database, Path(name)) as url,
        running_portal(url, workers=2, RATE_LIMIT_WHITE_LIST="127.0.0.1") as portal,
    ):
        engine = create_engine(make_settings(url, Path(name)).database_url)
        fill(engine, FEW, FEW)
        browser = _administrator(portal)
        before = _measure(browser, portal.url, DEEP * FEW // options.people)
        began = time.perf_counter()
        fill(engine, options.people, options.events, already=FEW)
        with engine.begin() as connection:
            for table in ("users", "events"):
                connection.execute(
                    text(f"ANALYZE TABLE {table}" if options.database == "mariadb" else "ANALYZE")
                )
        print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
        after = _measure(browser, portal.url, DEEP)
        _print(before, after, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-lists")
    parser.add_argument("--database", default="mariadb", choices=("mariadb", "sqlite"))
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=1_000_000)
    return parser.parse_args()


def _administrator(portal: Portal) -> requests.Session:
    options = ("--admin", "--verified", "--password-stdin")
    portal.flask("user", "create", USERNAME, "bench@example.org", *options, stdin=PASSWORD)
    browser = requests.Session()
    page = browser.get(f"{portal.url}/login", timeout=60)
    form = next(form for form in forms_of(page.text) if "password" in form.names)
    sent = form.filled(username=USERNAME, password=PASSWORD)
    assert browser.post(f"{portal.url}/login", data=sent, timeout=60).ok
    return browser


def _measure(browser: requests.Session, url: str, depth: int) -> dict[str, float]:
    """The median time of each page, in milliseconds."""
    paths = PAGES | {"people, deep page": _deep(browser, url, depth)}
    times: dict[str, list[float]] = {name: [] for name in paths}
    for number in range(ROUNDS + 1):
        for name, path in paths.items():
            began = time.perf_counter()
            answer = browser.get(url + path, timeout=60)
            assert answer.status_code == 200, f"{path}: {answer.status_code}"
            if number:  # the first round warms up
                times[name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(taken) for name, taken in times.items()}


def _deep(browser: requests.Session, url: str, depth: int) -> str:
    """The address of the page that many times “Next page” leads to."""
    path = "/admin/users"
    for _ in range(depth):
        found = re.search(r'rel="next" href="([^"]+)"', browser.get(url + path, timeout=60).text)
        if found is None:
            break
        path = "/admin/users" + html.unescape(found[1])
    return path


def _print(before: dict[str, float], after: dict[str, float], options: argparse.Namespace) -> None:
    print(f"\n{options.database}, {options.people} people, {options.events} events, medians of {ROUNDS}\n")
    print(f"| page | ms with {FEW} | ms with all | ratio |\n| --- | ---: | ---: | ---: |")
    for name, few in before.items():
        print(f"| {name} | {few:.0f} | {after[name]:.0f} | {after[name] / few:.1f} |")


if __name__ == "__main__":
    main()
