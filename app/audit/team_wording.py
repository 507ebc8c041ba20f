"""Events that name the team that something was done for, in plain words."""

import json
from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from .events import EventKind
from .models import Event

FOR_A_TEAM: Mapping[str, LazyString] = {
    EventKind.ACCESS_GIVEN: _l("You gave an app access for the team %(team)s."),
    EventKind.ACCESS_CHANGED: _l("You changed what an app may do for the team %(team)s."),
    EventKind.ACCESS_WITHDRAWN: _l("The access that you gave an app for the team %(team)s has ended."),
}


def said_of_team(event: Event) -> str | None:
    """What the person reads; None where the event names no team, or is told as without one."""
    team = team_of(event)
    return str(FOR_A_TEAM[event.kind]) % {"team": team} if team and event.kind in FOR_A_TEAM else None


def team_of(event: Event) -> str | None:
    """The name that its team had, where it says one."""
    team = json.loads(event.details).get("team")
    return str(team) if team else None
