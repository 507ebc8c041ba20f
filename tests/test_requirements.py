"""An installation today and one next year get the same packages."""

import importlib.metadata
import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config import CHECKOUT

LOCKS = ("requirements.txt", "requirements-dev.txt")
# The other one is of an environment of its own.
ALL_LOCKS = (*LOCKS, "tests/relying_applications/requirements.txt")


def lines(name: str) -> list[str]:
    """The requirements of a file, each with its hashes in one line."""
    joined = (CHECKOUT / name).read_text().replace("\\\n", "")
    return [line for line in joined.splitlines() if line and not line.lstrip().startswith(("#", "-"))]


def pins(name: str) -> dict[str, Requirement]:
    found = [Requirement(line.partition("--hash=")[0]) for line in lines(name)]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def needs(name: str) -> set[str]:
    required = [Requirement(line) for line in importlib.metadata.requires(name) or []]
    return {
        canonicalize_name(one.name)
        for one in required
        if one.marker is None or one.marker.evaluate({"extra": ""})
    }


def test_every_package_is_pinned_to_one_version() -> None:
    for requirement in (requirement for name in ALL_LOCKS for requirement in pins(name).values()):
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), requirement


def test_what_the_pinned_packages_need_is_pinned_too() -> None:
    for listed in map(pins, LOCKS):
        for name, requirement in listed.items():
            if requirement.marker is None or requirement.marker.evaluate():
                assert needs(name) <= set(listed), name


@pytest.mark.parametrize("name", ALL_LOCKS)
def test_attack_a_package_exchanged_at_the_index_is_not_installed(name: str) -> None:
    """Every file that may be installed has a hash, so pip insists on all."""
    assert lines(name)
    for line in lines(name):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}(?:\s|$)", line), line
        assert not re.search(r"--hash=(?!sha256:[0-9a-f]{64}(?:\s|$))", line), line


@pytest.mark.parametrize("name", ALL_LOCKS)
def test_what_is_asked_for_is_in_the_lock(name: str) -> None:
    asked = pins(name.replace(".txt", ".in"))
    assert asked
    assert asked.keys() <= pins(name).keys()
    assert not any(requirement.specifier for requirement in asked.values()), "versions stand in the lock"


def test_both_locks_agree() -> None:
    portal, everything = pins("requirements.txt"), pins("requirements-dev.txt")
    assert {name: str(everything[name].specifier) for name in portal} == {
        name: str(requirement.specifier) for name, requirement in portal.items()
    }


def test_what_is_installed_here_is_what_is_pinned() -> None:
    for name, requirement in pins("requirements-dev.txt").items():
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(importlib.metadata.version(name)), name
