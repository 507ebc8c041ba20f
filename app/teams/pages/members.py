"""A member as owners see one: another role, or out of the team."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from ...authentication.access import recent_sign_in
from ...database.rows import db
from ...forms import REFUSED
from ...users.models import User
from .. import membership
from ..members import find_member
from ..models import Role, Team, TeamMember
from ..refusals import LastOwner
from .own_team import changing, get_owned_team
from .team_page import HINTS, RoleForm

blueprint = Blueprint("teams_members", __name__)


@blueprint.get("/dashboard/teams/<team_id>/members/<user_id>")
def show(team_id: str, user_id: str) -> ResponseReturnValue:
    """What a member may do, and what an owner can do about it."""
    team, member, user = _get_member(team_id, user_id)
    return _page(team, user, RoleForm(role=member.role))


@blueprint.post("/dashboard/teams/<team_id>/members/<user_id>/role")
@recent_sign_in
def change_role(team_id: str, user_id: str) -> ResponseReturnValue:
    """Give a member another role."""
    team, _member, user = _get_member(team_id, user_id)
    form = RoleForm()
    if not form.validate_on_submit():
        return _page(team, user, form), REFUSED
    try:
        with changing():
            changed = membership.change_role(team, user_id, Role(form.role.data), by=current_user.id)
    except LastOwner:
        db.session.rollback()
        form.role.errors = [_last_owner()]
        return _page(*_without_member(team_id, user_id), form), REFUSED
    db.session.commit()
    flash(_("Saved.") if changed else _("Nothing was changed."), "ok")
    return redirect(url_for("teams_teams.show", team_id=team_id), 303)


@blueprint.post("/dashboard/teams/<team_id>/members/<user_id>/remove")
@recent_sign_in
def remove(team_id: str, user_id: str) -> ResponseReturnValue:
    """Take a member out of the team."""
    team, _member, user = _get_member(team_id, user_id)
    name = user.shown_name
    try:
        with changing():
            membership.remove(team, user_id, by=current_user.id)
    except LastOwner:
        db.session.rollback()
        flash(_last_owner(), "danger")
        return redirect(url_for("teams_members.show", team_id=team_id, user_id=user_id), 303)
    db.session.commit()
    flash(_("%(name)s is no longer in the team.", name=name), "ok")
    onward = "teams_teams.index" if user_id == current_user.id else "teams_teams.show"
    return redirect(url_for(onward, team_id=None if user_id == current_user.id else team_id), 303)


def _last_owner() -> str:
    return _("The team needs an owner who can sign in. Make somebody else an owner first.")


def _get_member(team_id: str, user_id: str) -> tuple[Team, TeamMember, User]:
    team = get_owned_team(team_id)
    member, user = find_member(team.id, user_id), db.session.get(User, user_id)
    if member is None or user is None:
        abort(404)
    return team, member, user


def _without_member(team_id: str, user_id: str) -> tuple[Team, User]:
    team, _member, user = _get_member(team_id, user_id)
    return team, user


def _page(team: Team, user: User, form: RoleForm) -> str:
    return render_template("teams/member.html", team=team, user=user, form=form, hints=HINTS)
