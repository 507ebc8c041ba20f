"""What the house is built of: small rooms, named for what they hold. Imports are checked by ``lint-imports``."""

from pathlib import Path

from config import CHECKOUT

APP = CHECKOUT / "app"
SOURCES = sorted(APP.rglob("*.py"))
BANNED = {"utils", "helpers", "common", "core", "base", "manager", "service", "misc", "handler"}
LONGEST = 200  # lines


def of(path: Path) -> str:
    return path.relative_to(APP).as_posix()


def test_rooms_stay_small() -> None:
    lines = {of(path): len(path.read_text().splitlines()) for path in SOURCES}
    assert {path: number for path, number in lines.items() if number > LONGEST} == {}


def test_rooms_are_named_for_what_they_hold() -> None:
    names = {of(path): {part.removesuffix(".py") for part in path.relative_to(APP).parts} for path in SOURCES}
    assert {path: parts & BANNED for path, parts in names.items() if parts & BANNED} == {}
