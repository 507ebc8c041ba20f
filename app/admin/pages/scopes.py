"""Permissions: what there is, defining one, describing it better, deleting it."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from ...authentication.access import recent_sign_in
from ...consents.counts import count_consents_with
from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from ...scopes import catalogue, definitions
from ...scopes.models import READS, Scope
from ...scopes.permissions import EFFECTS
from ...scopes.refusals import ScopeNotFound, ScopeRefused
from ...scopes.wording import explain

blueprint = Blueprint("admin_scopes", __name__)


class ChangesForm(FlaskForm):
    """What can be changed: what people read before they decide, in each language, and who may give it."""

    description_en = StringField(_l("Description in English"))
    description_de = StringField(_l("Description in German"))
    effect = RadioField(
        _l("What it does"),
        choices=[SelectChoice(effect, word) for effect, word in EFFECTS.items()],
        default=READS,
    )
    restricted = BooleanField(_l("Only administrators may give it to apps"))


class ScopeForm(ChangesForm):
    """A whole permission."""

    name = StringField(_l("Name"))
    audience = StringField(_l("Audience"))


@blueprint.get("/admin/scopes")
def index() -> str:
    """Every permission: the standard ones, the built-in one, then those defined here."""
    own = [scope for scope in catalogue.list_scopes() if scope.name not in catalogue.BUILT_IN]
    return render_template(
        "admin/scopes/index.html",
        own=own,
        effects=EFFECTS,
        built_in=list(catalogue.BUILT_IN.values()),
        describe=catalogue.describe,
        default_audience=settings.default_audience,
    )


@blueprint.route("/admin/scopes/new", methods=["GET", "POST"])
@recent_sign_in
def new() -> ResponseReturnValue:
    """Define a permission."""
    form = ScopeForm()
    if not form.validate_on_submit():
        return _form_page(form)
    try:
        scope = definitions.create_scope(
            (form.name.data or "").strip(),
            form.description_en.data or "",
            form.description_de.data or "",
            form.audience.data,
            restricted=form.restricted.data,
            effect=form.effect.data,
            actor_id=current_user.id,
        )
    except ScopeRefused as refusal:
        return _refused(form, refusal)
    return _kept(_("The permission %(name)s is defined. Apps can be given it now.", name=scope.name))


@blueprint.route("/admin/scopes/edit", methods=["GET", "POST"])
@recent_sign_in
def edit() -> ResponseReturnValue:
    """Change the permission ``name``; its name and its audience are what resource servers rely on."""
    scope = _get_scope()
    form = ChangesForm(obj=scope)
    if not form.validate_on_submit():
        return _form_page(form, scope)
    try:
        changed = definitions.change_scope(
            scope,
            form.description_en.data or "",
            form.description_de.data or "",
            restricted=form.restricted.data,
            effect=form.effect.data,
            actor_id=current_user.id,
        )
    except ScopeRefused as refusal:
        return _refused(form, refusal, scope)
    return _kept(_("Saved.") if changed else _("Nothing was changed."))


@blueprint.route("/admin/scopes/delete", methods=["GET", "POST"])
@recent_sign_in
def delete() -> ResponseReturnValue:
    """Say whom it reaches, and delete the permission ``name``."""
    scope = _get_scope()
    if request.method != "POST":
        return render_template(
            "admin/scopes/delete.html",
            scope=scope,
            apps=definitions.apps_with(scope.name),
            people=count_consents_with(scope.name),
        )
    definitions.delete_scope(scope.name, even_if_used=True, actor_id=current_user.id)
    return _kept(_("The permission %(name)s is deleted.", name=scope.name))


def _get_scope() -> Scope:
    """The scope that the query names: names may hold slashes, which no path carries unharmed."""
    try:
        return definitions.get_scope(request.args.get("name", ""))
    except ScopeNotFound:
        abort(404)


def _kept(message: str) -> ResponseReturnValue:
    db.session.commit()
    catalogue.forget()
    flash(message, "ok")
    return redirect(url_for("admin_scopes.index"))


def _refused(form: ChangesForm, refusal: ScopeRefused, scope: Scope | None = None) -> ResponseReturnValue:
    form[refusal.field].errors = [explain(refusal)]
    return _form_page(form, scope)


def _form_page(form: ChangesForm, scope: Scope | None = None) -> ResponseReturnValue:
    page = render_template(
        "admin/scopes/edit.html" if scope else "admin/scopes/new.html",
        form=form,
        scope=scope,
        apps=definitions.apps_with(scope.name) if scope else [],
        default_audience=settings.default_audience,
    )
    return page, status_of(form)
