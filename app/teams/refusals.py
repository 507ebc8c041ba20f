"""Why teams refuse something, by stable names; ``wording`` has the words."""

from enum import StrEnum


class NameProblem(StrEnum):
    """What may be wrong with the name of a team."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    INVISIBLE = "invisible"
    MIXED_SCRIPTS = "mixed_scripts"
    BORROWED = "borrowed"
    TAKEN = "taken"


class TeamNameRefused(Exception):
    """No team may be called that; ``part`` is what of it says more than a team may say of itself."""

    def __init__(self, problem: NameProblem, part: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.part = part
