"""An installation today and one next year get the same packages."""

import importlib.metadata
import re

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config import CHECKOUT


def pins(name: str) -> dict[str, Requirement]:
    lines = (CHECKOUT / name).read_text().splitlines()
    found = [Requirement(line) for line in lines if line and not line.startswith(("#", "-r "))]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def needs(name: str) -> set[str]:
    required = [Requirement(line) for line in importlib.metadata.requires(name) or []]
    return {
        canonicalize_name(one.name)
        for one in required
        if one.marker is None or one.marker.evaluate({"extra": ""})
    }


def test_every_package_is_pinned_to_one_version() -> None:
    for requirement in (*pins("requirements.txt").values(), *pins("requirements-dev.txt").values()):
        assert re.fullmatch(r"==[\w.]+", str(requirement.specifier)), requirement


def test_what_the_pinned_packages_need_is_pinned_too() -> None:
    portal = pins("requirements.txt")
    everything = {**portal, **pins("requirements-dev.txt")}
    for listed, all_listed in ((portal, portal), (everything, everything)):
        for name, requirement in listed.items():
            if requirement.marker is None or requirement.marker.evaluate():
                assert needs(name) <= set(all_listed), name


def test_what_is_installed_here_is_what_is_pinned() -> None:
    for name, requirement in {**pins("requirements.txt"), **pins("requirements-dev.txt")}.items():
        if requirement.marker is None or requirement.marker.evaluate():
            assert requirement.specifier.contains(importlib.metadata.version(name)), name
