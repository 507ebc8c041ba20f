"""Leaving a team."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm

from ...database.rows import db
from ...forms import REFUSED, status_of
from ..members import count_members
from ..membership import leave as leave_team
from ..models import Team
from ..refusals import LastOwner
from .own_team import changing, get_own_team

blueprint = Blueprint("teams_leaving", __name__)


class LeaveForm(FlaskForm):
    """Nothing but the button."""


@blueprint.route("/dashboard/teams/<team_id>/leave", methods=["GET", "POST"])
def leave(team_id: str) -> ResponseReturnValue:
    """Say what ends with it, and leave."""
    team, _role = get_own_team(team_id)
    form = LeaveForm()
    if not form.validate_on_submit():
        return _page(team, form), status_of(form)
    name = team.name
    try:
        with changing():
            leave_team(team, current_user.id)
    except LastOwner:
        db.session.rollback()
        team, _role = get_own_team(team_id)
        form.form_errors = [_why_not(team)]
        return _page(team, form), REFUSED
    db.session.commit()
    flash(_("You have left the team “%(name)s”.", name=name), "ok")
    return redirect(url_for("teams_teams.index"), 303)


def _why_not(team: Team) -> str:
    if count_members([team.id]).get(team.id) == 1:
        return _(
            "You are the only one in this team. Delete it instead, or invite somebody who becomes an owner."
        )
    return _("You are its only owner who can sign in. Make somebody else an owner first.")


def _page(team: Team, form: LeaveForm) -> str:
    return render_template("teams/leave.html", team=team, form=form)
