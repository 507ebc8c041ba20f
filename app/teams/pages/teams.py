"""The teams that somebody is in, a new one, and one of them, from which its owners invite."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField

from ...authentication.access import ask_for_password, has_recent_sign_in
from ...database.rows import db
from ...forms import REFUSED, status_of
from ..apps import count_apps
from ..invitations import list_for
from ..inviting import invite
from ..members import count_members, list_teams_of
from ..models import Role, Team
from ..refusals import InvitationRefused, TeamNameRefused, TooManyTeams
from ..teams import MOST_TEAMS, create_team
from ..wording import MAY, ROLES, explain_invitation, explain_name
from .own_team import changing, get_own_team
from .team_page import InvitationForm, render

blueprint = Blueprint("teams_teams", __name__)


class NameForm(FlaskForm):
    """What a team is called; which names will do is for the rules to say."""

    name = StringField(_l("Name"))


@blueprint.get("/dashboard/teams")
def index() -> ResponseReturnValue:
    """The reader's teams, and the invitations that wait for their answer."""
    teams = list_teams_of(current_user.id)
    ids = [team.id for team, _member in teams]
    return render_template(
        "teams/index.html",
        teams=teams,
        numbers=count_members(ids),
        apps=count_apps(ids),
        invitations=list_for(current_user),
        roles=ROLES,
        may=MAY,
    )


@blueprint.route("/dashboard/teams/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """The form of a new team, which the reader owns; its page follows."""
    form = NameForm()
    if not form.validate_on_submit():
        return render_template("teams/new.html", form=form), status_of(form)
    try:
        team = create_team(form.name.data or "", owner_id=current_user.id)
    except TeamNameRefused as refused:
        form.name.errors = [explain_name(refused)]
        return render_template("teams/new.html", form=form), REFUSED
    except TooManyTeams:
        form.form_errors = [
            _("You have made %(most)s teams, as many as one person may. Delete one first.", most=MOST_TEAMS)
        ]
        return render_template("teams/new.html", form=form), REFUSED
    db.session.commit()
    flash(_("The team “%(name)s” is made. Now invite the others.", name=team.name), "ok")
    return redirect(url_for("teams_teams.show", team_id=team.id), 303)


@blueprint.route("/dashboard/teams/<team_id>", methods=["GET", "POST"])
def show(team_id: str) -> ResponseReturnValue:
    """One team; its form invites somebody, which owners may."""
    team, role = get_own_team(team_id)
    form = InvitationForm()
    if form.is_submitted() and role is not Role.OWNER:
        abort(403)
    if not form.validate_on_submit():
        return render(team, role, form), status_of(form)
    if form.role.data == Role.OWNER and not has_recent_sign_in():
        return ask_for_password()
    try:
        return _invite(team, form)
    except InvitationRefused as refused:
        db.session.rollback()
        form.email.errors = [explain_invitation(refused.problem)]
    return render(*get_own_team(team_id), form), REFUSED


def _invite(team: Team, form: InvitationForm) -> ResponseReturnValue:
    with changing():
        email, replaced = invite(
            team,
            form.email.data or "",
            Role(form.role.data),
            by=current_user,
            locale=str(get_locale()),
        )
    db.session.commit()
    if replaced:
        text = _("A new invitation is on its way to %(email)s. The one before no longer works.", email=email)
    else:
        text = _("The invitation is on its way to %(email)s.", email=email)
    flash(text, "ok")
    return redirect(url_for("teams_teams.show", team_id=team.id), 303)
