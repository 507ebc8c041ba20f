"""One app that a person lets in: what it may do, each permission with its box."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from ...clients.models import Client
from ...clients.registration import find_client
from ...database.rows import db
from ...forms import REFUSED
from ...scopes.catalogue import TEAMS
from ...scopes.permissions import REQUIRED, describe
from ...teams.teams import find_team
from .. import decisions, standing
from ..models import Consent

blueprint = Blueprint("consents_connected_app", __name__)


@blueprint.route("/account/apps/<client_id>", methods=["GET", "POST"])
def edit(client_id: str) -> ResponseReturnValue:
    """Show what the app may do for the person, or for the ``team`` of the query, and take their ticks."""
    client, team_id = find_client(client_id), request.values.get("team") or None
    consent = standing.find_consent(current_user.id, client_id, team_id)
    if client is None or consent is None:
        abort(404)
    if request.method != "POST":
        return _page(client, consent)
    ticked, shown = {*request.form.getlist("scope"), *REQUIRED}, request.form.get("shown", "").split()
    if shown:  # what was allowed in another tab since the page was opened stays
        ticked |= set(consent.scope.split()).difference(shown)
    if not ticked & set(decisions.asked_of(consent)):
        return _page(
            client, consent, problem=_("Please tick at least one permission, or disconnect the app.")
        ), REFUSED
    if decisions.change_consent(current_user.id, client_id, ticked, team_id) is None:
        abort(404)
    db.session.commit()
    flash(_("Saved. It counts at once, for every token that the app has."), "ok")
    return redirect(url_for("consents_connected_apps.index"), 303)


def _page(client: Client, consent: Consent, problem: str | None = None) -> str:
    names, allowed = decisions.asked_of(consent), consent.scope.split()
    return render_template(
        "consents/connected_app.html",
        client=client,
        consent=consent,
        team=find_team(consent.team_id) if consent.team_id else None,
        permissions=[describe(name, ticked=name in allowed) for name in names if name != TEAMS],
        problem=problem,
    )
