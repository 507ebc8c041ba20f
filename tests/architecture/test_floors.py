"""What the house is built on: imports, the edges, the size of rooms."""

import ast
from pathlib import Path

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
KNOWING_NO_REQUEST = {
    "models.py",
    "clock.py",
    "crypto.py",
    "families.py",
    "interaction.py",
    "redirect_uris.py",
}
BANNED = {"utils", "helpers", "common", "core", "base", "manager", "service", "misc", "handler"}
LONGEST = 200  # lines


def of(path: Path) -> str:
    return path.relative_to(APP).as_posix()


def is_edge(path: Path) -> bool:
    return any(part in EDGES for part in path.relative_to(APP).parts)


def test_only_the_edge_commits() -> None:
    offenders = [
        f"{of(path)}:{node.lineno}"
        for path in SOURCES
        if not is_edge(path) and of(path) not in COMMITTING
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    assert offenders == []


def test_rules_do_not_know_the_request() -> None:
    """Rows and the ground below them import nothing of a request."""
    offenders = [
        f"{of(path)}: {alias.name}"
        for path in SOURCES
        if path.name in KNOWING_NO_REQUEST
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module in ("flask", "flask_login")
        for alias in node.names
        if alias.name != "UserMixin"
    ]
    assert offenders == []


def test_rooms_stay_small() -> None:
    lines = {of(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: number for path, number in lines.items() if number > LONGEST} == {}


def test_rooms_are_named_for_what_they_hold() -> None:
    names = {of(path): {part.removesuffix(".py") for part in path.relative_to(APP).parts} for path in SOURCES}
    assert {path: parts & BANNED for path, parts in names.items() if parts & BANNED} == {}
