"""What the house is built on: imports, the edges, the size of rooms."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import CHECKOUT

APP = CHECKOUT / "app"
SOURCES = sorted(APP.rglob("*.py"))
BANNED = {"utils", "helpers", "common", "core", "base", "manager", "service", "misc", "handler"}
LONGEST = 200  # lines


def of(path: Path) -> str:
    return path.relative_to(APP).as_posix()


def test_imports_point_down() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "4 kept, 0 broken" in done.stdout


@pytest.mark.parametrize("path", SOURCES, ids=of)
def test_rooms_stay_small_and_are_named_for_what_they_hold(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST
    assert not BANNED & {part.removesuffix(".py") for part in path.relative_to(APP).parts}
