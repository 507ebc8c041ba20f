"""Which programs of others the tests drive against a portal, by their marks; and docs/clients.md, which says so.

`pytest -p tests.support.clients --clients-page FILE` writes the page when all has passed: see tests/all_clients.
"""

import ast
import json
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAVY = "tests/more_clients"
FOLDERS = ("tests/foreign_clients", "tests/relying_applications", HEAVY)
NPM_LOCK = ROOT / "tests" / "foreign_clients" / "package-lock.json"
NPM_LOCKS = (NPM_LOCK, ROOT / "tests" / "relying_applications" / "package-lock.json")
DEBIAN = {
    "mod_auth_openidc": "libapache2-mod-auth-openidc",
    "mod_oauth2": "libapache2-mod-oauth2",
    "oidc-agent": "oidc-agent-cli",
}
PYTHON_LOCKS = (ROOT / "requirements-dev.txt", *sorted((ROOT / "tests").rglob("requirements.txt")))
HEAD = """# Clients

Programs that others wrote, unmodified, and what each of them did against a running portal. `make test-clients` runs them
all and writes this page when all of it worked; `make test` runs those of the first table each time.

Written on {date}.
"""

Done = dict[str, list[str]]
"""By client, as its registry spells it: what it does, in the order of the tests."""


def marked(*folders: str) -> Done:
    """Read the marks ``client(name, did)`` of all tests in the folders, without running any."""
    found: Done = defaultdict(list)
    for path in sorted(path for folder in folders for path in (ROOT / folder).glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.client":
                name, did = (ast.literal_eval(argument) for argument in node.args)
                if did not in found[name]:
                    found[name].append(did)
    return found


def render(light: Done, heavy: Done, date: str) -> str:
    """Return the page."""
    parts = [HEAD.format(date=date)]
    for title, done in (("In every `make test`", light), ("In `make test-clients` only", heavy)):
        parts += [f"## {title}\n", "| client | version | what it did |", "| --- | --- | --- |"]
        parts += [
            f"| {name} | {version(name)} | {'; '.join(done[name])} |"
            for name in sorted(done, key=str.casefold)
        ]
        parts.append("")
    return "\n".join(parts)


@cache
def version(name: str) -> str:
    """Return the version by our locks, or that of Debian's package. Raises :class:`LookupError` where none has it."""
    for lock in NPM_LOCKS:
        packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
        if found := packages.get(f"node_modules/{name}"):
            return f"{found['version']} (npm)"
    for lock in PYTHON_LOCKS:
        pinned = rf"^{re.escape(name)}==([^\s\\]+)"
        if match := re.search(pinned, lock.read_text(encoding="utf-8"), re.IGNORECASE | re.MULTILINE):
            return f"{match[1]} (PyPI)"
    asked = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Version}", DEBIAN.get(name, name)],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode or not asked.stdout:
        raise LookupError(f"no lock and no Debian package has {name}")
    return f"{asked.stdout} (Debian)"


class Writer:
    """Listens to the reports, in the process that the workers report to."""

    def __init__(self, page: Path) -> None:
        self._page = page
        self._done: tuple[Done, Done] = (defaultdict(list), defaultdict(list))
        self._ran, self._wrong = 0, 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a phase of a test came to."""
        if not report.passed:
            self._wrong += 1
        elif report.when == "call":
            self._ran += 1
            self._add(report.nodeid, (value for kind, value in report.user_properties if kind == "client"))

    def _add(self, test: str, marks: Iterable[object]) -> None:
        for mark in marks:
            name, did = str(mark).split(": ", 1)
            done = self._done[test.startswith(HEAVY)][name]
            if did not in done:
                done.append(did)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take note of files that cannot be imported, and of those that are skipped as a whole."""
        self._wrong += not report.passed

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the page where all has passed; a skipped test is none that has."""
        if self._wrong or not self._ran:
            session.exitstatus = session.exitstatus or pytest.ExitCode.TESTS_FAILED
            return
        today = datetime.now(UTC)
        text = render(*map(_sorted, self._done), f"{today.day} {today:%B %Y}")
        self._page.write_text(text, encoding="utf-8")


def _sorted(done: Done) -> Done:
    """Return ``done`` in the order of the tests, whichever process was first."""
    order = marked(*FOLDERS)
    return {name: sorted(did, key=order[name].index) for name, did in done.items()}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    parser.addoption("--clients-page", type=Path, help="write what each client did into this page")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen, unless this is a worker: those report to the process that does."""
    if (page := config.getoption("--clients-page")) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Writer(page), "clients-writer")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each report carry the marks of its test."""
    for item in items:
        item.user_properties += [
            ("client", f"{mark.args[0]}: {mark.args[1]}") for mark in item.iter_markers("client")
        ]
