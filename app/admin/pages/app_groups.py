"""Which groups an app is for: everybody's, or that of the people of some groups."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from ...authentication.access import recent_sign_in
from ...clients import group_limits
from ...clients.models import Client
from ...clients.registration import PORTALS_OWN
from ...database.rows import db
from ...forms import status_of
from ...groups import groups
from ...groups.refusals import GroupGone
from .apps import get_app
from .group_choice import GroupsForm

blueprint = Blueprint("admin_app_groups", __name__)

EVERYBODY, SOME = "everybody", "groups"


class AppGroupsForm(GroupsForm):
    """For whom an app is."""

    who = RadioField(
        _l("Who may use it"),
        choices=[
            SelectChoice(EVERYBODY, _l("Everybody with an account here")),
            SelectChoice(SOME, _l("Only these groups may use it")),
        ],
    )


@blueprint.route("/admin/apps/<client_id>/groups", methods=["GET", "POST"])
@recent_sign_in
def edit(client_id: str) -> ResponseReturnValue:
    """The form: everybody, or only some groups."""
    client = get_app(client_id)
    if client.id == PORTALS_OWN:
        abort(404)  # whoever has an account signs in with it to the services of the house
    form = AppGroupsForm(data={"who": SOME if client.groups_only else EVERYBODY})
    form.offer(groups.list_groups(), group_limits.list_groups(client.id))
    if form.validate_on_submit():
        changed = _apply(client, form)
        if changed is not None:
            db.session.commit()
            flash(_("Saved.") if changed else _("Nothing was changed."), "ok")
            return redirect(url_for("admin_apps.show", client_id=client.id), 303)
    return render_template("admin/apps/groups.html", client=client, form=form), status_of(form)


def _apply(client: Client, form: AppGroupsForm) -> bool | None:
    """Do as the form says; whether that is new, None where it cannot be, which it says beside the field."""
    if form.who.data == EVERYBODY:
        return group_limits.lift(client, actor_id=current_user.id)
    chosen = form.read()
    if chosen is None:
        return None
    field = form.groups if form.has_boxes else form.names
    try:
        if chosen:
            return group_limits.restrict_to(client, chosen, actor_id=current_user.id)
        field.errors = [_("Choose at least one group, or let everybody use the app.")]
    except GroupGone:
        db.session.rollback()
        field.errors = [_("One of the groups has just been deleted. Please look again, and save once more.")]
    return None
