"""Writes down what became of each test, and runs what failed once more: a plugin of pytest, see tests/everything.

`pytest -p tests.support.outcomes --outcomes FILE` writes, `--again FILE` runs only what failed by that file.
Tests are told apart by their whole names, so that no odd character of a parameter can be misread on a command line.
"""

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Outcomes:
    """What became of the tests; `broken` are files that could not be read as tests at all."""

    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, path: Path) -> "Outcomes":
        """Return what a run has written; nothing passed where it has not."""
        return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else cls()


class Writer:
    """Listens to the reports, in the process that the workers report to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ran: dict[str, bool] = {}
        self._skipped = Counter[str]()
        self._broken: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take what a phase of a test came to; a worker that crashed reports its test as failed."""
        if report.failed:
            self._ran[report.nodeid] = False
        elif report.skipped:
            self._skipped[_reason(report)] += 1
        elif report.when == "call":
            self._ran.setdefault(report.nodeid, True)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take note of files that cannot be imported, and of those that are skipped as a whole."""
        if report.failed:
            self._broken.append(report.nodeid)
        elif report.skipped:
            self._skipped[_reason(report)] += 1

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write it all down."""
        found = Outcomes(
            passed=[name for name, passed in self._ran.items() if passed],
            failed=[name for name, passed in self._ran.items() if not passed],
            skipped=dict(self._skipped),
            broken=self._broken,
        )
        self._path.write_text(json.dumps(asdict(found), indent=1), encoding="utf-8")


class Again:
    """Runs what failed, and nothing else."""

    def __init__(self, failed: list[str]) -> None:
        self._names = set(failed)
        self._files = {name.partition("::")[0] for name in failed}

    def pytest_ignore_collect(self, collection_path: Path, config: pytest.Config) -> bool | None:
        """Leave files alone in which nothing failed."""
        if collection_path.is_dir():
            return None
        return collection_path.relative_to(config.rootpath).as_posix() not in self._files or None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what did not fail; the others run in the order in which they stand."""
        left_out = [item for item in items if item.nodeid not in self._names]
        items[:] = [item for item in items if item.nodeid in self._names]
        config.hook.pytest_deselected(items=left_out)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the two options."""
    group = parser.getgroup("outcomes")
    group.addoption("--outcomes", type=Path, help="write what became of each test into this file")
    group.addoption("--again", type=Path, help="run only what failed by this file")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen, unless this is a worker: those report to the process that does."""
    if hasattr(config, "workerinput"):
        return
    if path := config.getoption("--outcomes"):
        config.pluginmanager.register(Writer(path), "outcomes-writer")
    if path := config.getoption("--again"):
        config.pluginmanager.register(Again(Outcomes.read(path).failed), "outcomes-again")


def _reason(report: Any) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(reason).removeprefix("Skipped: ") or "no reason given"
