"""Where somebody belongs: their teams, with which role, since when, and by whom."""

from flask import Blueprint, render_template
from flask_login import current_user

from ...groups.members import list_groups_of
from ...teams.members import list_teams_of
from ...teams.wording import ROLES
from ...users.directory import usernames

blueprint = Blueprint("account_teams", __name__)


@blueprint.get("/account/teams")
def show() -> str:
    """The page: a section for each kind of belonging."""
    teams = list_teams_of(current_user.id)
    adding = usernames({member.added_by for _team, member in teams})
    groups = list_groups_of(current_user.id)
    return render_template("account/teams.html", teams=teams, adding=adding, roles=ROLES, groups=groups)
