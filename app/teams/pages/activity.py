"""What happened in a team and to its apps: who did what, to whom."""

import re

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...audit.trail import list_events_of_team
from ...users.directory import usernames
from ..activity import concerned, tell
from ..models import Role
from .own_team import get_own_team

blueprint = Blueprint("teams_activity", __name__)

EVENTS_A_PAGE = 25
AN_ID = re.compile("[0-9a-f]{32}")  # MariaDB compares nothing but ASCII with an id


@blueprint.get("/dashboard/teams/<team_id>/activity")
def show(team_id: str) -> ResponseReturnValue:
    """The page of events, newest first; ``before`` is the id of the last one seen."""
    team, role = get_own_team(team_id)
    before = request.args.get("before")
    if before is not None and not AN_ID.fullmatch(before):
        abort(404)
    found = list_events_of_team(team.id, limit=EVENTS_A_PAGE + 1, before=before)
    events = found[:EVENTS_A_PAGE]
    older = url_for("teams_activity.show", team_id=team.id, before=events[-1].id)
    people = usernames({person for event in events for person in concerned(event)})
    return render_template(
        "teams/activity.html",
        team=team,
        events=[tell(event, people, with_addresses=role is Role.OWNER) for event in events],
        older=older if len(found) > EVENTS_A_PAGE else None,
    )
