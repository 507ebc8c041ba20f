"""A developer's apps: all of them, a new one, one of them, and its details."""

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from ...authentication.access import ask_for_password, has_recent_sign_in
from ...authentication.administration import may_administer
from ...database.rows import db
from ...extensions import settings
from ...forms import REFUSED
from ...scopes import catalogue
from .. import registration, second_clicks
from ..client_secrets import list_live
from ..details import DEVELOPER_LIMITS, offered_scopes
from ..group_limits import names_of_groups
from ..models import Client
from ..people_per_app import count_people
from ..redirect_uris import has_scheme_of_its_own, is_localhost
from ..refusals import ClientRefused
from . import client_form, fresh_secret
from .own_app import get_own_client

blueprint = Blueprint("clients_clients", __name__)

# Who changes these may take over the sign-ins of everybody who uses the app.
GUARDED = frozenset(
    {"redirect_uris", "client_type", "grant_types", "pkce_required", "second_factor_required"}
)


@blueprint.get("/dashboard/apps")
def index() -> ResponseReturnValue:
    """All apps of the reader."""
    clients = registration.list_own_clients(current_user.id)
    people = count_people([client.id for client in clients])
    return render_template("clients/index.html", clients=clients, people=people)


@blueprint.route("/dashboard/apps/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """The form of a new app; its page, with the secret, follows."""
    form = client_form.new_form()
    if not form.validate_on_submit():
        return render_template("clients/new.html", form=form, hints=_hints())
    try:
        client, secret = registration.register_client(
            client_form.read(form),
            owner_id=current_user.id,
            actor_id=current_user.id,
            actor_name=current_user.username,
            limits=replace(DEVELOPER_LIMITS, most_apps=None)
            if may_administer(current_user)
            else DEVELOPER_LIMITS,
            shown_once=settings.client_secrets_shown_once,
        )
    except ClientRefused as refused:
        same = second_clicks.find_repeated(client_form.read(form), current_user.id)
        if same is not None:
            return redirect(url_for("clients_clients.show", client_id=same.id))
        client_form.show_problems(form, refused)
        return render_template("clients/new.html", form=form, hints=_hints()), REFUSED
    db.session.commit()
    if secret:
        fresh_secret.keep(client, secret)
    flash(_("%(name)s is registered.", name=client.name), "ok")
    _warn(client)
    return redirect(url_for("clients_clients.show", client_id=client.id))


@blueprint.get("/dashboard/apps/<client_id>")
def show(client_id: str) -> ResponseReturnValue:
    """One app: how it signs in, what it may do, and how to start."""
    client = get_own_client(client_id)
    secret = fresh_secret.take(client)
    return render_template(
        "clients/show.html",
        client=client,
        secret=secret,
        live_secrets=list_live(client),
        people=count_people([client.id])[client.id],
        groups=names_of_groups(client),
        most_people=settings.unverified_app_people,
        issuer=settings.issuer,
        hints=_hints(),
        shown_once=settings.client_secrets_shown_once,
    )


@blueprint.route("/dashboard/apps/<client_id>/edit", methods=["GET", "POST"])
def edit(client_id: str) -> ResponseReturnValue:
    """The form of an app's details; what decides who gets its codes and tokens needs a recent sign-in."""
    client = get_own_client(client_id)
    form = client_form.edit_form(client)
    if not form.validate_on_submit():
        return _edit_page(client, form)
    try:
        changed = registration.edit_client(client, client_form.read(form, client), actor_id=current_user.id)
    except ClientRefused as refused:
        client_form.show_problems(form, refused)
        return _edit_page(client, form), REFUSED
    if GUARDED.intersection(changed) and not has_recent_sign_in():
        db.session.rollback()
        return ask_for_password()
    db.session.commit()
    flash(_("Saved.") if changed else _("Nothing was changed."), "ok")
    if "redirect_uris" in changed:
        _warn(client)
    return redirect(url_for("clients_clients.show", client_id=client.id))


def _edit_page(client: Client, form: client_form.EditForm) -> str:
    offered = [*DEVELOPER_LIMITS.grants, *offered_scopes(DEVELOPER_LIMITS)]
    by_administrators = [
        name for name in [*client.grant_type_list, *client.scope_list] if name not in offered
    ]
    return render_template(
        "clients/edit.html", client=client, form=form, hints=_hints(), by_administrators=by_administrators
    )


def _hints() -> dict[str, str]:
    """What each scope allows, in the reader's language."""
    locale = str(get_locale())
    return {scope.name: catalogue.describe(scope.name, locale) for scope in catalogue.list_scopes()}


def _warn(client: Client) -> None:
    """Say what works, but could be safer."""
    if any(has_scheme_of_its_own(uri) for uri in client.redirect_uri_list):
        flash(
            _(
                "A redirect URI has a scheme of its own. Any program on the person's device can claim it, so the "
                "person is asked each time unless the app proves who it is."
            ),
            "warn",
        )
    if any(is_localhost(uri) for uri in client.redirect_uri_list):
        flash(
            _(
                "A redirect URI names localhost. It works, but 127.0.0.1 is safer: it never leaves your machine, "
                "and any port matches."
            ),
            "warn",
        )
