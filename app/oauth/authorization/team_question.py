"""The question for whom access is given, as the consent page asks it, and the answer of its form: ``team``."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from ...consents.models import ONESELF
from ...teams.wording import role_name
from .which_team import ForWhom


@dataclass(frozen=True)
class Choice:
    """One line: a team, and what the person is there; or the person."""

    value: str
    name: str
    role: str | None
    chosen: bool


@dataclass(frozen=True)
class TeamQuestion:
    """What the page says of teams: nothing, that it is for the person, or a choice."""

    asked: bool
    choices: tuple[Choice, ...]
    """Empty where there is only one."""
    problem: str | None = None


def ask(for_whom: ForWhom, chosen: str | None = None, problem: str | None = None) -> TeamQuestion:
    """The question with the teams of now; ``chosen`` keeps what was, else what is known or was decided last."""
    if not for_whom.teams:
        return TeamQuestion(for_whom.asked, (), problem)
    chosen = for_whom.last if chosen is None else chosen
    oneself = Choice(ONESELF, _("Yourself"), None, chosen == ONESELF)
    teams = (
        Choice(team.id, team.name, _("Your role: %(role)s", role=role_name(member.role)), team.id == chosen)
        for team, member in for_whom.teams
    )
    return TeamQuestion(True, (oneself, *_chosen_first(teams)), problem)


def ask_again(for_whom: ForWhom, answer: str | None, *, left: bool = False) -> TeamQuestion:
    """The question once more, and why; the team of the ``answer`` is none of theirs, or no more (``left``)."""
    if left:
        for_whom.leave_out(answer)
    problem = (
        _("Please choose for whom you give access.")
        if answer is None
        else _("You are not in this team, or no longer. These are your teams now.")
        if for_whom.teams
        else _("You are not in this team, or no longer. You can give access for yourself.")
    )
    return ask(for_whom, answer, problem)


def read(for_whom: ForWhom, sent: str | None) -> str | None:
    """For whom the person gives access: the ``sent`` value, or the only one there is; None: they have not said."""
    if not for_whom.asked:
        return ONESELF
    if sent is None and not for_whom.teams:
        return ONESELF
    return sent


def _chosen_first(choices: Iterable[Choice]) -> list[Choice]:
    """Among many the one that is chosen would be out of sight."""
    return sorted(choices, key=lambda choice: not choice.chosen)
