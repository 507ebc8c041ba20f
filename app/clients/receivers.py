"""Who can be given an app, by the name that somebody types."""

from ..teams.members import list_teams_of
from ..teams.teams import find_by_name
from ..users.accounts import find_user
from ..users.display_names import name_key, tidy
from .handing_over import Receiver


def find_receiver(name: str, asker_id: str | None = None) -> Receiver | None:
    """The person or team of this name: a team of the asker's before anybody else, then a person, then any team."""
    key = name_key(tidy(name))
    own = [team for team, _member in list_teams_of(asker_id)] if asker_id is not None else []
    same = [team for team in own if team.name_key == key]
    return same[0] if same else find_user(name) or find_by_name(name)
