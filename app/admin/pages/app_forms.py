"""What only administrators give: apps of the portal itself, the password grant, restricted permissions."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from ...authentication.access import recent_sign_in
from ...clients import grants, presets, registration, verified
from ...clients.details import OPERATOR_LIMITS, Details, details_of, offered_scopes
from ...clients.models import Client
from ...clients.pages import client_form, fresh_secret
from ...clients.refusals import ClientRefused
from ...database.rows import db
from ...extensions import settings
from ...forms import REFUSED, status_of
from ...scopes import catalogue
from .apps import get_app

blueprint = Blueprint("admin_app_forms", __name__)


class PortalAppForm(client_form.ClientForm):
    """The fields of an app of the portal itself."""

    preset = RadioField(
        _l("Preset"),
        choices=[SelectChoice("", _l("None")), SelectChoice("zapier", "Zapier")],
        default="",
    )


class PowersForm(FlaskForm):
    """What an owner cannot give to their own app."""

    password_grant = BooleanField(_l("Password grant"), description=grants.HINTS[grants.PASSWORD])
    pkce_required = BooleanField(_l("Require PKCE"))
    unconfirmed_emails = BooleanField(_l("Give unconfirmed addresses"))
    scopes = SelectMultipleField(_l("Permissions"), validate_choice=False)


@blueprint.route("/admin/apps/new", methods=["GET", "POST"])
@recent_sign_in
def new() -> ResponseReturnValue:
    """The form of an app of the portal itself; its page, with the secret, follows."""
    form = PortalAppForm()
    form.scopes.choices = [SelectChoice(name) for name in offered_scopes(OPERATOR_LIMITS)]
    if not form.validate_on_submit():
        page = render_template("admin/apps/new.html", form=form, hints=_hints())
        return page, status_of(form)
    try:
        client, secret = registration.register_client(
            _wanted(form),
            owner_id=None,
            actor_id=current_user.id,
            actor_name=current_user.username,
            limits=OPERATOR_LIMITS,
            shown_once=settings.client_secrets_shown_once,
        )
    except ClientRefused as refused:
        client_form.show_problems(form, refused)
        return render_template("admin/apps/new.html", form=form, hints=_hints()), REFUSED
    db.session.commit()
    if secret:
        fresh_secret.keep(client, secret)
    flash(_("%(name)s is registered.", name=client.name), "ok")
    return redirect(url_for("admin_apps.show", client_id=client.id), 303)


@blueprint.route("/admin/apps/<client_id>/powers", methods=["GET", "POST"])
@recent_sign_in
def powers(client_id: str) -> ResponseReturnValue:
    """The form of what only administrators give to an app."""
    client = get_app(client_id)
    form = PowersForm(
        data={
            "password_grant": grants.PASSWORD in client.grant_type_list,
            "pkce_required": client.pkce_required,
            "unconfirmed_emails": client.unconfirmed_emails,
            "scopes": client.scope_list,
        }
    )
    form.scopes.choices = [SelectChoice(name) for name in _restricted()]
    if not form.validate_on_submit():
        return _powers_page(client, form)
    limits = replace(OPERATOR_LIMITS, unique_name=client.name_key is not None)
    try:
        changed = registration.edit_client(
            client, _empowered(client, form), actor_id=current_user.id, limits=limits
        )
    except ClientRefused as refused:
        client_form.show_problems(form, refused)
        return _powers_page(client, form), REFUSED
    switched = verified.give_unconfirmed_emails(
        client, form.unconfirmed_emails.data, actor_id=current_user.id
    )
    db.session.commit()
    flash(_("Saved.") if changed or switched else _("Nothing was changed."), "ok")
    return redirect(url_for("admin_apps.show", client_id=client.id), 303)


def _wanted(form: PortalAppForm) -> Details:
    details = client_form.read(form)
    return presets.with_preset(details, form.preset.data) if form.preset.data else details


def _empowered(client: Client, form: PowersForm) -> Details:
    """The details of ``client`` with the restricted grants and scopes that ``form`` says, and all others kept."""
    details, given = details_of(client), form.scopes.data or []
    kept_grants = [name for name in details.grant_types if name != grants.PASSWORD]
    kept_scopes = [name for name in details.scopes if name not in _restricted()]
    return replace(
        details,
        grant_types=(*kept_grants, *((grants.PASSWORD,) if form.password_grant.data else ())),
        pkce_required=form.pkce_required.data or client.is_public,
        scopes=(*kept_scopes, *(name for name in _restricted() if name in given)),
    )


def _restricted() -> list[str]:
    return [scope.name for scope in catalogue.list_scopes() if scope.restricted]


def _hints() -> dict[str, str]:
    locale = str(get_locale())
    return {name: catalogue.describe(name, locale) for name in offered_scopes(OPERATOR_LIMITS)}


def _powers_page(client: Client, form: PowersForm) -> str:
    return render_template("admin/apps/powers.html", client=client, form=form, hints=_hints())
