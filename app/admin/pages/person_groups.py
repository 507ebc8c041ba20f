"""The groups of one person."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from ...authentication.access import recent_sign_in
from ...database.rows import db
from ...forms import status_of
from ...groups import groups, members
from ...groups.models import Group
from ...groups.refusals import GroupGone
from ...users.models import User
from .group_choice import GroupsForm
from .user_acts import present_person

blueprint = Blueprint("admin_person_groups", __name__)


@blueprint.route("/admin/users/<user_id>/groups", methods=["GET", "POST"])
@recent_sign_in
def show(user_id: str) -> ResponseReturnValue:
    """Which groups the person is in, each with a button to leave it; others to choose, which add the person."""
    user, form = present_person(user_id), GroupsForm()
    own = members.list_groups_of(user.id)
    present = {group.id for group, _member, _adder in own}
    form.offer([group for group in groups.list_groups() if group.id not in present])
    if form.validate_on_submit() and (chosen := form.read()) is not None:
        if chosen:
            return _add(user, chosen)
        field = form.groups if form.has_boxes else form.names
        field.errors = [_("Choose at least one group.")]
    return render_template("admin/users/groups.html", user=user, form=form, own=own), status_of(form)


def _add(user: User, chosen: list[Group]) -> ResponseReturnValue:
    try:
        added = [
            group
            for group in sorted(chosen, key=lambda group: group.id)
            if members.add_members(group, [user.id], actor_id=current_user.id)
        ]
    except GroupGone:
        abort(404)
    db.session.commit()
    told = ngettext(
        "%(person)s is in one more group.",
        "%(person)s is in %(num)d more groups.",
        len(added),
        person=user.username,
    )
    flash(told if added else _("Nothing was changed."), "ok")
    return redirect(url_for("admin_person_groups.show", user_id=user.id), 303)
