"""Open invitations of a team: sending one again, and taking one back."""

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from ...authentication.access import ask_for_password, has_recent_sign_in
from ...database.rows import db
from .. import invitations
from ..inviting import invite
from ..models import Role, Team, TeamInvitation
from ..refusals import InvitationOver, InvitationRefused
from ..wording import explain_invitation
from .own_team import changing, get_owned_team

blueprint = Blueprint("teams_invitations", __name__)


@blueprint.post("/dashboard/teams/<team_id>/invitations/<team_invitation_id>/send")
def send(team_id: str, team_invitation_id: str) -> ResponseReturnValue:
    """Send an invitation once more, with a new link; the one before works no longer."""
    team, invitation = _get_open(team_id, team_invitation_id)
    role, address = Role(invitation.role), invitation.email
    if role is Role.OWNER and not has_recent_sign_in():
        return ask_for_password()
    try:
        with changing():
            invite(team, address, role, by=current_user, locale=str(get_locale()))
    except InvitationRefused as refused:
        db.session.rollback()
        flash(explain_invitation(refused.problem), "danger")
    else:
        db.session.commit()
        flash(
            _("A new invitation is on its way to %(email)s. The one before no longer works.", email=address),
            "ok",
        )
    return redirect(url_for("teams_teams.show", team_id=team_id), 303)


@blueprint.post("/dashboard/teams/<team_id>/invitations/<team_invitation_id>/take-back")
def take_back(team_id: str, team_invitation_id: str) -> ResponseReturnValue:
    """End an invitation, so that nobody can accept it."""
    team, invitation = _get_open(team_id, team_invitation_id)
    address = invitation.email
    try:
        with changing():
            invitations.take_back(team, invitation, by=current_user.id)
    except InvitationOver:
        flash(_("There was nothing to do. Somebody may have been faster."), "warn")
    else:
        db.session.commit()
        flash(_("The invitation of %(email)s is taken back.", email=address), "ok")
    return redirect(url_for("teams_teams.show", team_id=team_id), 303)


def _get_open(team_id: str, invitation_id: str) -> tuple[Team, TeamInvitation]:
    team = get_owned_team(team_id)
    invitation = invitations.find_open(team.id, invitation_id)
    if invitation is None:
        abort(404)
    return team, invitation
