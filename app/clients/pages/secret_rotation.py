"""Replacing all secrets of an app by a new one."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from ...authentication.access import recent_sign_in
from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from .. import client_secrets
from ..secret_views import list_known_to_others
from . import fresh_secret
from .own_app import get_own_client

blueprint = Blueprint("clients_secret_rotation", __name__)

OVERLAPS = [
    SelectChoice("0", _l("At once: what still uses them stops working")),
    SelectChoice("1", _l("In a day")),
    SelectChoice("7", _l("In a week")),
]


class RotationForm(FlaskForm):
    """When the secrets so far end."""

    overlap = RadioField(_l("When the secrets so far end"), choices=OVERLAPS, default="1")


@blueprint.route("/dashboard/apps/<client_id>/secrets/rotate", methods=["GET", "POST"])
@recent_sign_in
def rotate(client_id: str) -> ResponseReturnValue:
    """A new secret in place of those so far, which end now or after a while; the app's page shows it."""
    client = get_own_client(client_id)
    if not client.needs_secret:
        abort(404)
    form = RotationForm()
    if not form.validate_on_submit():
        known, live = list_known_to_others(client), client_secrets.list_live(client)
        page = render_template("clients/rotate.html", client=client, form=form, known=known, live=live)
        return page, status_of(form)
    row, secret = client_secrets.rotate(
        client,
        overlap=timedelta(days=int(form.overlap.data)),
        actor_id=current_user.id,
        actor_name=current_user.username,
        shown_once=settings.client_secrets_shown_once,
    )
    db.session.commit()
    fresh_secret.keep(client, secret, row.name)
    flash(_("The secrets of %(name)s are replaced.", name=client.name), "ok")
    return redirect(url_for("clients_clients.show", client_id=client.id))
