"""Handing an app whose owner has left over to somebody."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import InputRequired

from ...authentication.access import recent_sign_in
from ...clients.handing_over import Receiver, name_of
from ...clients.handing_over import hand_over as give
from ...clients.models import Client
from ...clients.receivers import find_any_receiver
from ...database.rows import db
from ...forms import status_of
from ...users.models import User
from .apps import get_app

blueprint = Blueprint("admin_hand_over", __name__)


class HandOverForm(FlaskForm):
    """Who gets the app."""

    to = StringField(
        _l("Username, or name of a team"), [InputRequired(_l("Enter a username or the name of a team."))]
    )


@blueprint.route("/admin/apps/<client_id>/hand-over", methods=["GET", "POST"])
@recent_sign_in
def hand_over(client_id: str) -> ResponseReturnValue:
    """Make an app without owner somebody's, who is told; an end that was set is taken back."""
    client, form = get_app(client_id), HandOverForm()
    if client.owner_left_at is None:
        return _nothing_to_do(client_id)
    owner = _new_owner(form) if form.validate_on_submit() else None
    if owner is None:
        return _page(client, form), status_of(form)
    name = client.name
    if not give(client, owner, actor_id=current_user.id):
        db.session.rollback()
        return _nothing_to_do(client_id)
    db.session.commit()
    flash(_("%(name)s belongs to %(owner)s now.", name=name, owner=name_of(owner)), "ok")
    return redirect(url_for("admin_apps.show", client_id=client_id), 303)


def _nothing_to_do(client_id: str) -> ResponseReturnValue:
    """The page of the app, which has an owner already; a 404 where it has ended."""
    flash(_("There was nothing to do. Somebody may have been faster."), "warn")
    return redirect(url_for("admin_apps.show", client_id=client_id), 303)


def _new_owner(form: HandOverForm) -> Receiver | None:
    """Who was named; None, with the reason beside the field, where nobody can have it."""
    receiver = find_any_receiver(form.to.data or "")
    if receiver is None:
        form.to.errors = [_("No person and no team here has this name.")]
    elif isinstance(receiver, User) and not receiver.is_active:
        form.to.errors = [_("This account is blocked. Unblock it first.")]
        return None
    return receiver


def _page(client: Client, form: HandOverForm) -> str:
    return render_template("admin/apps/hand_over.html", client=client, form=form)
