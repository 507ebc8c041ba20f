"""The apps that a person lets in, and the button that ends it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from ...clients.dynamic.registrations import find_registrations
from ...clients.group_limits import closed_to
from ...clients.registration import find_client
from ...database.rows import db
from ...scopes.catalogue import TEAMS, describe
from ...teams.teams import find_team
from .. import decisions, standing
from ..models import Consent

blueprint = Blueprint("consents_connected_apps", __name__)


@blueprint.get("/account/apps")
def index() -> ResponseReturnValue:
    """Every app that may do something in the reader's name, and what."""
    consents = standing.list_consents(current_user.id)
    locale = str(get_locale())
    names = {name for consent, _client, _team in consents for name in consent.scope.split()}
    permissions = {name: describe(name, locale) for name in names}
    return render_template(
        "consents/connected_apps.html",
        consents=consents,
        permissions=permissions,
        registrations=find_registrations(client for _consent, client, _team in consents),
        closed=closed_to(current_user.id, (client for _consent, client, _team in consents)),
        # Only where there is something else is it worth a line that access is for oneself.
        chosen_by_team={client.id for consent, client, team in consents if team or _asks_for_team(consent)},
    )


@blueprint.post("/account/apps/<client_id>/disconnect")
def disconnect(client_id: str) -> ResponseReturnValue:
    """End what this app may do for the person, or for the ``team`` that the form names; its tokens are worthless from now on."""
    client, team_id = find_client(client_id), request.form.get("team") or None
    if client is None or decisions.withdraw_consent(current_user.id, client_id, team_id) is None:
        abort(404)
    team = find_team(team_id) if team_id else None
    db.session.commit()
    others = bool(standing.list_consents_to(current_user.id, client_id))
    flash(_ended(client.name, team.name if team else None, others=others), "ok")
    return redirect(url_for("consents_connected_apps.index"))


def _asks_for_team(consent: Consent) -> bool:
    return TEAMS in consent.scope.split()


def _ended(app: str, team: str | None, *, others: bool) -> str:
    if team is not None:
        return _("%(name)s no longer has access for the team %(team)s.", name=app, team=team)
    if others:
        return _("%(name)s no longer has access for yourself. What you gave it for teams stays.", name=app)
    return _("%(name)s no longer has access to your account.", name=app)
