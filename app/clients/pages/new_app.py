"""Registering an app, for oneself or for a team."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from ...authentication.administration import may_administer
from ...database.rows import db
from ...extensions import settings
from ...forms import REFUSED, status_of
from .. import registration, second_clicks
from ..details import DEVELOPER_LIMITS
from ..refusals import ClientRefused
from . import client_form, fresh_secret, hints

blueprint = Blueprint("clients_new_app", __name__)


@blueprint.route("/dashboard/apps/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """The form of a new app; its page, with the secret, follows."""
    form = client_form.new_form(current_user.id)
    if not form.validate_on_submit():
        return _page(form), status_of(form)
    details, team_id = client_form.read(form), form.team.data or None
    owner_id = None if team_id else current_user.id
    unlimited = may_administer(current_user)
    try:
        client, secret = registration.register_client(
            details,
            owner_id=owner_id,
            team_id=team_id,
            actor_id=current_user.id,
            actor_name=current_user.username,
            limits=replace(DEVELOPER_LIMITS, most_apps=None) if unlimited else DEVELOPER_LIMITS,
            shown_once=settings.client_secrets_shown_once,
        )
    except ClientRefused as refused:
        same = second_clicks.find_repeated(details, owner_id=owner_id, team_id=team_id)
        if same is not None:
            return redirect(url_for("clients_clients.show", client_id=same.id))
        client_form.show_problems(form, refused)
        return _page(form), REFUSED
    db.session.commit()
    if secret:
        fresh_secret.keep(client, secret)
    flash(_("%(name)s is registered.", name=client.name), "ok")
    hints.warn_of_redirect_uris(client)
    return redirect(url_for("clients_clients.show", client_id=client.id))


def _page(form: client_form.NewForm) -> str:
    return render_template("clients/new.html", form=form, hints=hints.of_scopes())
