"""Disabling, enabling and deleting an app."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField

from ...authentication.access import recent_sign_in
from ...database.rows import db
from ...forms import status_of
from ...teams.models import Role
from ...users.display_names import tidy
from .. import disabling, registration
from ..people_per_app import count_people
from ..refusals import DisabledByAdministrator
from .own_app import get_own_client

blueprint = Blueprint("clients_ending", __name__)


class DeleteForm(FlaskForm):
    """The name once more, so that nobody deletes an app by a slip."""

    confirm = StringField(_l("Name of the app"))


@blueprint.post("/dashboard/apps/<client_id>/disable")
def disable(client_id: str) -> ResponseReturnValue:
    """Stop the app: it gets no tokens, and those it has are not valid."""
    client = get_own_client(client_id)
    disabling.disable_client(client, disabling.OWNER, actor_id=current_user.id)
    db.session.commit()
    flash(_("%(name)s is disabled.", name=client.name), "ok")
    return redirect(url_for("clients_clients.show", client_id=client.id))


@blueprint.post("/dashboard/apps/<client_id>/enable")
def enable(client_id: str) -> ResponseReturnValue:
    """Let the app work again, unless an administrator stopped it."""
    client = get_own_client(client_id)
    try:
        disabling.enable_client(client, disabling.OWNER, actor_id=current_user.id)
    except DisabledByAdministrator:
        flash(_("An administrator disabled this app, so only an administrator can enable it."), "danger")
    else:
        db.session.commit()
        flash(_("%(name)s is enabled.", name=client.name), "ok")
    return redirect(url_for("clients_clients.show", client_id=client.id))


@blueprint.route("/dashboard/apps/<client_id>/delete", methods=["GET", "POST"])
@recent_sign_in
def delete(client_id: str) -> ResponseReturnValue:
    """Ask for the app's name, say whom it reaches, and delete it."""
    client = get_own_client(client_id, Role.OWNER)
    form = DeleteForm()
    confirmed = form.validate_on_submit() and tidy(form.confirm.data or "") == client.name
    if not confirmed:
        if form.is_submitted():
            form.confirm.errors = [_("This is not the app's name. Type “%(name)s”.", name=client.name)]
        people = count_people([client.id])[client.id]
        page = render_template("clients/delete.html", client=client, form=form, people=people)
        return page, status_of(form)
    name = client.name
    registration.delete_client(client, actor_id=current_user.id)
    db.session.commit()
    flash(_("%(name)s is deleted.", name=name), "ok")
    return redirect(url_for("clients_app_list.index"))
