"""The apps of a team, as far as teams know of such: the feature that keeps them, further up, tells."""

from collections.abc import Sequence
from dataclasses import dataclass

from .models import Team
from .signals import apps_of_team_wanted, numbers_of_apps_wanted


@dataclass(frozen=True)
class AppOfTeam:
    """An app that a team looks after, or that it is offered."""

    client_id: str
    name: str
    known_to: tuple[str, ...] = ()
    """Who knows a valid secret of it and has no access to it any longer; who is gone has no name."""
    on_offer: bool = False
    """Whether it waits for an answer of the team, and is not yet the team's."""


def list_apps(team: Team) -> list[AppOfTeam]:
    """The apps of this team."""
    return [app for _receiver, apps in apps_of_team_wanted.send(team) for app in apps]


def count_apps(team_ids: Sequence[str]) -> dict[str, int]:
    """How many apps each of these teams has; nothing where nobody knows."""
    numbers: dict[str, int] = {}
    for _receiver, told in numbers_of_apps_wanted.send(tuple(team_ids)):
        numbers |= told
    return numbers
