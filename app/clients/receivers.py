"""Who can be given an app, by the name that somebody types."""

from ..teams.members import list_teams_of
from ..teams.models import Role
from ..teams.teams import find_by_name
from ..users.accounts import find_by_username, find_user
from ..users.display_names import name_key, tidy
from .handing_over import Receiver


def find_receiver(name: str, *, asker_id: str) -> Receiver | None:
    """The person or team of this name: a team that the asker owns before anybody else, then a person, then any team.

    People are found by their username alone: who has which address is not for others to learn.
    """
    key = name_key(tidy(name))
    owned = (team for team, member in list_teams_of(asker_id) if member.role == Role.OWNER)
    own = next((team for team in owned if team.name_key == key), None)
    return own or find_by_username(name) or find_by_name(name)


def find_any_receiver(name: str) -> Receiver | None:
    """The person with this username or address, or the team of this name, for administrators."""
    return find_user(name) or find_by_name(name)
