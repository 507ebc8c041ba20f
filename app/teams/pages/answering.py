"""An invitation as the invited person sees it: by the link of the mail, or among their teams."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from ...database.rows import db
from .. import answering
from ..invitations import find_by_token, list_for
from ..members import find_role
from ..models import Role, Team, TeamInvitation
from ..refusals import AddressUnconfirmed, InvitationForAnother, InvitationOver, TeamFull
from ..wording import MAY, ROLES

blueprint = Blueprint("teams_answering", __name__)

OVER = 410  # the link may have been right


@blueprint.route("/dashboard/teams/invitations/<token>", methods=["GET", "POST"])
def open_link(token: str) -> ResponseReturnValue:
    """Show to which team the mail invites whom; its buttons accept or decline."""
    found = find_by_token(token)
    if found is None:
        return _over(request.args.get("team", ""))
    invitation, team, inviting = found
    try:
        answering.check_address(invitation, current_user)
    except InvitationForAnother as refused:
        told = {"team": team, "inviting": inviting, "address": refused.address}
        return render_template("teams/invitation_for_another.html", **told), 403
    except AddressUnconfirmed:
        return render_template("teams/invitation_unconfirmed.html", team=team, inviting=inviting), 403
    if request.method == "POST":
        return _answer(team, invitation)
    role = Role(invitation.role)
    told = {"team": team, "inviting": inviting, "role": ROLES[role], "may": MAY[role], "token": token}
    return render_template("teams/invitation.html", **told)


@blueprint.post("/dashboard/teams/<team_id>/invitations/<team_invitation_id>/answer")
def answer(team_id: str, team_invitation_id: str) -> ResponseReturnValue:
    """Accept or decline without the mail, with the confirmed address that was invited."""
    for invitation, team, _inviting in list_for(current_user):
        if (team.id, invitation.id) == (team_id, team_invitation_id):
            return _answer(team, invitation)
    return _over(team_id)


def _answer(team: Team, invitation: TeamInvitation) -> ResponseReturnValue:
    name, team_id = team.name, team.id
    try:
        if request.form.get("decision") != "accept":
            answering.decline(team, invitation, current_user)
            db.session.commit()
            flash(_("You have declined the invitation to “%(name)s”.", name=name), "ok")
            return redirect(url_for("teams_teams.index"), 303)
        is_new = answering.accept(team, invitation, current_user)
    except (
        AddressUnconfirmed,
        InvitationForAnother,
        InvitationOver,
    ):  # the first two: only since a moment ago
        db.session.rollback()
        return _over(team_id)
    except TeamFull:
        db.session.rollback()
        flash(_("The team “%(name)s” is full. Ask its owners to make room for you.", name=name), "danger")
        return redirect(url_for("teams_teams.index"), 303)
    db.session.commit()
    flash(_welcome(name) if is_new else _("You are in this team already."), "ok")
    return redirect(url_for("teams_teams.show", team_id=team_id), 303)


def _welcome(name: str) -> str:
    return _("You are in the team “%(name)s” now.", name=name)


def _over(team_id: str) -> ResponseReturnValue:
    """Lead into the team whoever is in it already, as after a second click; tell the others what to do."""
    if find_role(team_id, current_user.id) is not None:
        flash(_("You are in this team already."), "ok")
        return redirect(url_for("teams_teams.show", team_id=team_id), 303)
    return render_template("teams/invitation_over.html"), OVER
