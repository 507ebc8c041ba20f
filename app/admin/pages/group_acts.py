"""What administrators do to groups: people go in and out, and a group goes."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired

from ...authentication.access import recent_sign_in
from ...database.rows import db
from ...forms import status_of
from ...groups import groups, members, people
from ...groups.refusals import GroupGone, NotFound
from ...groups.wording import explain_unknown_people, some_of
from ...users import accounts
from ...users.refusals import UserUnknown
from .acts import Act, Target, confirm_and_do
from .groups import get_group

blueprint = Blueprint("admin_group_acts", __name__)

DELETE = Act(
    _l("Delete the group %(name)s?"),
    _l(
        "Everybody leaves it, and apps read its name no longer. Whoever makes a group of this name later makes a new "
        "one. This cannot be undone."
    ),
    _l("Delete group"),
    _l("The group %(name)s is deleted."),
    grave=True,
)


class PeopleForm(FlaskForm):
    """Who is added."""

    people = TextAreaField(
        _l("Usernames or email addresses"), [DataRequired(_l("Name at least one person."))]
    )


@blueprint.route("/admin/groups/<group_id>/add", methods=["GET", "POST"])
@recent_sign_in
def add(group_id: str) -> ResponseReturnValue:
    """Put people into the group: all that are named, or nobody."""
    group, form = get_group(group_id), PeopleForm()
    if form.validate_on_submit():
        try:
            named = people.get_people((form.people.data or "").splitlines())
            added = members.add_members(group, [user.id for user in named], actor_id=current_user.id)
            db.session.commit()
            flash(_told(len(added), len(named) - len(added)), "ok")
            return redirect(url_for("admin_groups.show", group_id=group_id), 303)
        except NotFound as missing:
            form.people.errors = [explain_unknown_people(missing)]
        except GroupGone:
            abort(404)
    return render_template("admin/groups/add.html", group=group, form=form), status_of(form)


@blueprint.post("/admin/groups/<group_id>/members/<user_id>/remove")
@recent_sign_in
def remove(group_id: str, user_id: str) -> ResponseReturnValue:
    """Take a person out of the group; back to the page of the group, or of the person where that asked."""
    group = get_group(group_id)
    try:
        user = accounts.get_user(user_id)
        gone = members.remove_members(group, [user.id], actor_id=current_user.id)
    except (UserUnknown, GroupGone):
        abort(404)
    db.session.commit()
    if gone:
        flash(_("%(person)s is no longer in %(group)s.", person=user.username, group=group.name), "ok")
    else:
        flash(_("There was nothing to do. Somebody may have been faster."), "warn")
    if request.form.get("back") == "person":
        return redirect(url_for("admin_person_groups.show", user_id=user_id), 303)
    return redirect(url_for("admin_groups.show", group_id=group_id), 303)


@blueprint.route("/admin/groups/<group_id>/delete", methods=["GET", "POST"])
@recent_sign_in
def delete(group_id: str) -> ResponseReturnValue:
    """Delete the group, once its name is typed."""
    group = get_group(group_id)
    return confirm_and_do(
        DELETE,
        Target(group.name, url_for("admin_groups.show", group_id=group.id)),
        lambda: groups.delete_group(group, even_if_used=True, actor_id=current_user.id),
        type_name=True,
        then=url_for("admin_groups.index"),
        consequences=[
            _people_lost(members.count_members([group.id])[group.id]),
            *_closed(groups.apps_for(group.id)),
        ],
    )


def _told(added: int, present: int) -> str:
    told = ngettext("One person is added.", "%(num)d people are added.", added) if added else ""
    if not present:
        return told
    already = ngettext("One person was in it already.", "%(num)d people were in it already.", present)
    return f"{told} {already}".strip()


def _people_lost(count: int) -> str:
    if not count:
        return _("Nobody is in this group.")
    return ngettext("One person is in this group.", "%(num)d people are in this group.", count)


def _closed(apps: list[str]) -> list[str]:
    """What becomes of the apps that are only for this group and others: they open to nobody by it."""
    if not apps:
        return []
    return [
        ngettext(
            "One app is only for this group, or for it and others: %(names)s. It stays closed to everybody else.",
            "%(num)d apps are only for this group, or for it and others: %(names)s. They stay closed to everybody else.",
            len(apps),
            names=some_of(apps),
        )
    ]
