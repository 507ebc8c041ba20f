"""Groups: finding them, making one, and who is in it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField

from ...authentication.access import recent_sign_in
from ...database.rows import db
from ...forms import status_of
from ...groups import groups, members
from ...groups.models import Group
from ...groups.refusals import GroupRefused
from ...groups.wording import explain
from ...users.directory import usernames
from ...users.models import User
from .listing import read_page

blueprint = Blueprint("admin_groups", __name__)


class GroupForm(FlaskForm):
    """What a group is called, and what it is for."""

    name = StringField(_l("Name"))
    description = StringField(_l("Description"))


@blueprint.get("/admin/groups")
def index() -> str:
    """Every group by name, with how many people are in it; ``q`` searches."""
    sought = request.args.get("q", "").strip()
    page = read_page(groups.search(sought), [Group.name_key], descending=False)
    people = members.count_members([group.id for group in page.entries])
    return render_template("admin/groups/index.html", sought=sought, page=page, people=people)


@blueprint.route("/admin/groups/new", methods=["GET", "POST"])
@recent_sign_in
def new() -> ResponseReturnValue:
    """Make a group."""
    form = GroupForm()
    if form.validate_on_submit():
        try:
            group = groups.create_group(
                form.name.data or "", form.description.data or "", actor_id=current_user.id
            )
            db.session.commit()
            flash(_("The group %(name)s is there. Add people to it now.", name=group.name), "ok")
            return redirect(url_for("admin_groups.show", group_id=group.id), 303)
        except GroupRefused as refusal:
            form[refusal.field].errors = [explain(refusal)]
    return render_template("admin/groups/new.html", form=form), status_of(form)


@blueprint.get("/admin/groups/<group_id>")
def show(group_id: str) -> str:
    """One group: who is in it, since when and by whom; ``q`` searches."""
    group = get_group(group_id)
    sought = request.args.get("q", "").strip()
    return render_template(
        "admin/groups/show.html",
        group=group,
        sought=sought,
        page=read_page(members.search_members(group.id, sought), [User.username_key], descending=False),
        people=members.count_members([group.id])[group.id],
        apps=groups.apps_for(group.id),
        maker=usernames([group.created_by]).get(group.created_by or ""),
    )


@blueprint.route("/admin/groups/<group_id>/edit", methods=["GET", "POST"])
@recent_sign_in
def edit(group_id: str) -> ResponseReturnValue:
    """Change the name, which apps know, and the description."""
    group = get_group(group_id)
    form = GroupForm(obj=group)
    if form.validate_on_submit():
        try:
            changed = groups.change_group(
                group, form.name.data or "", form.description.data or "", actor_id=current_user.id
            )
            db.session.commit()
            flash(_("Saved.") if changed else _("Nothing was changed."), "ok")
            return redirect(url_for("admin_groups.show", group_id=group_id), 303)
        except GroupRefused as refusal:
            db.session.rollback()
            form[refusal.field].errors = [explain(refusal)]
    return render_template("admin/groups/edit.html", form=form, group=get_group(group_id)), status_of(form)


def get_group(group_id: str) -> Group:
    """The group that a page is about, or a 404."""
    group = groups.find_group(group_id)
    if group is None:
        abort(404)
    return group
