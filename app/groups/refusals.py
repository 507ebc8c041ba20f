"""Why groups refuse something, by stable names; ``wording`` has the words."""

from collections.abc import Sequence
from enum import StrEnum


class Problem(StrEnum):
    """What may be wrong with a group as it was typed."""

    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    NAME_INVISIBLE = "name_invisible"
    NAME_SEPARATOR = "name_separator"
    NAME_MIXED_SCRIPTS = "name_mixed_scripts"
    NAME_TAKEN = "name_taken"
    DESCRIPTION_TOO_LONG = "description_too_long"


class GroupRefused(Exception):
    """The group cannot be kept; ``field`` and ``problem`` tell why."""

    def __init__(self, field: str, problem: Problem) -> None:
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.problem = problem


class GroupGone(Exception):
    """Somebody has deleted the group meanwhile."""


class GroupInUse(Exception):
    """Apps are only for this group; ``apps`` names them."""

    def __init__(self, apps: list[str]) -> None:
        super().__init__(", ".join(apps))
        self.apps = apps


class NotFound(Exception):
    """Of what was typed, ``names`` are nobody's, or no group's."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = list(names)
