"""What the house is built on: imports, the edges, the size of rooms."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from config import CHECKOUT

APP = CHECKOUT / "app"
SOURCES = sorted(APP.rglob("*.py"))
EDGES = ("pages", "endpoints", "commands.py", "link_commands.py")
# Edges that several endpoints share, and jobs that have no request above them.
COMMITTING = {
    "oauth/wire/endpoint.py",
    "oauth/authorization/authorizing.py",
    "oauth/requests.py",
    "notifications/delivery.py",
}
BANNED = {"utils", "helpers", "common", "core", "base", "manager", "service", "misc", "handler"}
LONGEST = 200  # lines


def of(path: Path) -> str:
    return path.relative_to(APP).as_posix()


def is_edge(path: Path) -> bool:
    return any(part in EDGES for part in path.relative_to(APP).parts)


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
def test_only_the_edge_commits(path: Path) -> None:
    if is_edge(path) or of(path) in COMMITTING:
        return
    calls = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert calls == []


@pytest.mark.parametrize("path", SOURCES, ids=of)
def test_rules_do_not_know_the_request(path: Path) -> None:
    """Rows and the ground below them import nothing of a request."""
    if path.name not in (
        "models.py",
        "clock.py",
        "crypto.py",
        "families.py",
        "interaction.py",
        "redirect_uris.py",
    ):
        return
    names = {
        alias.name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module in ("flask", "flask_login")
        for alias in node.names
    }
    assert names <= {"UserMixin"}


@pytest.mark.parametrize("path", SOURCES, ids=of)
def test_rooms_stay_small_and_are_named_for_what_they_hold(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST
    assert not BANNED & {part.removesuffix(".py") for part in path.relative_to(APP).parts}
