"""Renaming and deleting a team."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField

from ...authentication.access import recent_sign_in
from ...database.rows import db
from ...forms import REFUSED, status_of
from ...users.display_names import tidy
from .. import ending
from ..apps import list_apps
from ..members import count_members
from ..models import Team
from ..refusals import TeamHasApps, TeamNameRefused
from ..wording import explain_name
from .own_team import changing, get_owned_team
from .teams import NameForm

blueprint = Blueprint("teams_editing", __name__)


class DeleteForm(FlaskForm):
    """The name once more, so that nobody deletes a team by a slip."""

    confirm = StringField(_l("Name of the team"))


@blueprint.route("/dashboard/teams/<team_id>/rename", methods=["GET", "POST"])
@recent_sign_in
def rename(team_id: str) -> ResponseReturnValue:
    """Give the team another name."""
    team = get_owned_team(team_id)
    form = NameForm(name=team.name)
    if not form.validate_on_submit():
        return render_template("teams/rename.html", team=team, form=form), status_of(form)
    try:
        with changing():
            changed = ending.rename(team, form.name.data or "", by=current_user.id)
    except TeamNameRefused as refused:
        db.session.rollback()
        form.name.errors = [explain_name(refused)]
        return render_template("teams/rename.html", team=get_owned_team(team_id), form=form), REFUSED
    db.session.commit()
    flash(_("Saved.") if changed else _("Nothing was changed."), "ok")
    return redirect(url_for("teams_teams.show", team_id=team_id), 303)


@blueprint.route("/dashboard/teams/<team_id>/delete", methods=["GET", "POST"])
@recent_sign_in
def delete(team_id: str) -> ResponseReturnValue:
    """Ask for the team's name, and delete it once it has no apps."""
    team = get_owned_team(team_id)
    form = DeleteForm()
    name = team.name
    if not form.validate_on_submit():
        return _page(team, form), status_of(form)
    if tidy(form.confirm.data or "") != name:
        form.confirm.errors = [_("This is not the team's name. Type “%(name)s”.", name=name)]
        return _page(team, form), REFUSED
    try:
        with changing():
            ending.delete_team(team, by=current_user.id)
    except TeamHasApps:
        db.session.rollback()
        form.confirm.errors = [_("The team still has apps. Transfer or delete them first.")]
        return _page(get_owned_team(team_id), form), REFUSED
    db.session.commit()
    flash(_("The team “%(name)s” is deleted.", name=name), "ok")
    return redirect(url_for("teams_teams.index"), 303)


def _page(team: Team, form: DeleteForm) -> str:
    number = count_members([team.id]).get(team.id, 0)
    return render_template("teams/delete.html", team=team, form=form, number=number, apps=list_apps(team))
