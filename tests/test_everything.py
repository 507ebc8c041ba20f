"""What `make test` says of its run: luck is told from failure, and nothing is said that was not so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from config import CHECKOUT
from tests.support import clients, closing_line
from tests.support.outcomes import Outcomes

LEFT = f"left to make test-clients: {', '.join(sorted(clients.marked(clients.HEAVY), key=str.casefold))}"
TESTS = """
import os
import pathlib
import pytest

def first_time(name):
    mark = pathlib.Path(__file__).with_name(name)
    if mark.exists():
        return False
    mark.touch()
    return True

def test_steady(): pass
def test_wrong(): assert False
def test_by_luck(): assert not first_time("luck")
@pytest.fixture
def shaky(): assert not first_time("fixture")
def test_shaky_fixture(shaky): pass
@pytest.fixture
def leaving():
    yield
    assert not first_time("teardown")
def test_shaky_teardown(leaving): pass
@pytest.mark.parametrize("odd", ["a::b", "c[d]", " e ", "x y\\n", "-f", "\u00fc\u2028", "@g", ""])
def test_odd(odd): assert not first_time(f"odd{hash(odd)}")
def test_crash():
    if first_time("crash"): os._exit(1)
@pytest.mark.timeout(1, method="thread")
def test_slow():
    if first_time("slow"):
        while True: pass
@pytest.mark.skip(reason="no such program")
def test_skipped(): pass
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of tests, with the folder in which their outcomes are kept."""
    (tmp_path / "build").mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    (tmp_path / "test_it.py").write_text(TESTS)
    return tmp_path


def run(folder: Path, *arguments: str) -> int:
    """Run the tests as tests/everything does; pytest's exit code."""
    environ = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT), "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.support.outcomes", *arguments]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, timeout=150).returncode


def close(folder: Path, code: int, *failed: str) -> tuple[int, str]:
    """The exit code and the lines of the end."""
    environ = {"PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-m", "tests.support.closing_line", str(code), *failed]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
    assert not done.stderr
    return done.returncode, done.stdout


def test_what_passes_when_run_alone_is_unsteady_and_what_fails_twice_fails(folder: Path) -> None:
    code = run(folder, "-n", "2", "--dist", "worksteal", "--outcomes", "build/outcomes.json")
    assert code == 1
    first = Outcomes.read(folder / "build" / "outcomes.json")
    assert first.passed == ["test_it.py::test_steady"]
    assert len(first.failed) == 14
    assert closing_line.may_be_luck(first)
    again = (
        "--again",
        "build/outcomes.json",
        "--outcomes",
        "build/again.json",
        "-n",
        "0",
        "-p",
        "no:randomly",
    )
    assert run(folder, *again) == 1
    ended, said = close(folder, code)
    assert ended == 1
    assert said.startswith(
        "Failed: test_it.py::test_wrong: 14 tests passed; skipped: no such program (1); unsteady"
    )
    assert said.endswith("\n14 passed, 1 failed, 1 skipped\n")
    unsteady = (folder / "build" / "unsteady.txt").read_text().splitlines()
    assert set(unsteady) == set(first.failed) - {"test_it.py::test_wrong"}
    assert (folder / "build" / "skipped.txt").read_text() == "no such program (1)\n"


def test_bad_luck_alone_is_a_success_that_names_it(folder: Path) -> None:
    write(folder, "outcomes", passed=["a"], failed=["b"])
    write(folder, "again", passed=["b"])
    ended, said = close(folder, 1)
    assert ended == 0
    assert said == (
        "All is well: 2 tests passed; skipped: nothing; unsteady, passed when run once more: b; "
        f"{LEFT}.\n"
        "2 passed, 0 failed, 0 skipped\n"
    )


def test_a_file_that_is_no_test_fails_at_once(folder: Path) -> None:
    (folder / "test_broken.py").write_text("import no_such_module\n")
    code = run(folder, "-n", "2", "--outcomes", "build/outcomes.json", "-k", "steady or broken")
    first = Outcomes.read(folder / "build" / "outcomes.json")
    assert first.broken == ["test_broken.py"]
    assert not closing_line.may_be_luck(first)
    ended, said = close(folder, code)
    assert ended == 1
    assert said.startswith("Failed: test_broken.py")


@pytest.mark.parametrize(
    ("outcomes", "again", "code", "checks", "line"),
    [
        ({"passed": ["a"]}, None, 0, [], "All is well: 1 tests passed"),
        ({"passed": ["a"]}, None, 0, ["mypy"], "Failed: mypy: 1 tests passed"),
        ({"passed": ["a"], "failed": ["b"]}, None, 1, [], "Failed: b: 1 tests passed"),
        # Skipped the second time is not passed, and neither is what the second run never came to.
        ({"failed": ["b"]}, {"skipped": {"no program": 1}}, 1, [], "Failed: b: 0 tests passed"),
        ({"failed": ["b"]}, {"failed": ["b"]}, 1, ["ruff"], "Failed: ruff, b: 0 tests passed"),
        ({"passed": ["a"]}, None, 1, [], "Failed: pytest itself: 1 tests passed"),
        ({"passed": ["a"]}, None, 3, [], "Failed: pytest itself: 1 tests passed"),
        ({}, None, 5, [], "Failed: pytest itself: 0 tests passed"),
        (None, None, 4, ["mypy"], "Failed: mypy, pytest: no test is known to have passed"),
    ],
)
def test_the_end_is_told_as_it_was(
    folder: Path,
    outcomes: dict[str, object] | None,
    again: dict[str, object] | None,
    code: int,
    checks: list[str],
    line: str,
) -> None:
    for name, content in (("outcomes", outcomes), ("again", again)):
        if content is not None:
            write(folder, name, **content)
    ended, said = close(folder, code, *checks)
    assert said.startswith(line)
    assert ended == (0 if line.startswith("All is well") else 1)
    assert (" 0 failed" in said.splitlines()[-1]) is (ended == 0)


def test_what_the_machine_lacks_is_not_tried_again() -> None:
    assert not closing_line.may_be_luck(Outcomes(failed=[str(number) for number in range(100)]))
    assert not closing_line.may_be_luck(Outcomes(passed=["a"]))


def write(folder: Path, name: str, **content: object) -> None:
    (folder / "build" / f"{name}.json").write_text(json.dumps(content))
