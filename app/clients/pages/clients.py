"""One app of a developer, and its details."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from ...authentication.access import ask_for_password, has_recent_sign_in
from ...database.rows import db
from ...extensions import settings
from ...forms import REFUSED
from ...teams.models import Role
from .. import registration
from ..client_secrets import list_live
from ..details import DEVELOPER_LIMITS, offered_scopes
from ..group_limits import names_of_groups
from ..models import Client
from ..offers import find_offer
from ..ownership import find_team_of, role_in
from ..people_per_app import count_people
from ..refusals import ClientRefused
from ..secret_views import list_known_to_others
from . import client_form, fresh_secret, hints
from .own_app import get_own_client

blueprint = Blueprint("clients_clients", __name__)

# Who changes these may take over the sign-ins of everybody who uses the app.
GUARDED = frozenset(
    {
        *("redirect_uris", "client_type", "grant_types", "pkce_required", "second_factor_required"),
        *("par_required", "dpop_required"),
        *("auth_method", "jwks", "jwks_uri"),
    }
)


@blueprint.get("/dashboard/apps/<client_id>")
def show(client_id: str) -> ResponseReturnValue:
    """One app: how it signs in, what it may do, and how to start."""
    client = get_own_client(client_id, Role.READER)
    secret = fresh_secret.take(client)
    return render_template(
        "clients/show.html",
        client=client,
        team=find_team_of(client),
        role=role_in(client, current_user.id),
        known=list_known_to_others(client),
        on_offer=find_offer(client),
        secret=secret,
        live_secrets=list_live(client),
        people=count_people([client.id])[client.id],
        groups=names_of_groups(client),
        most_people=settings.unverified_app_people,
        issuer=settings.issuer,
        hints=hints.of_scopes(),
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
        hints.warn_of_redirect_uris(client)
    return redirect(url_for("clients_clients.show", client_id=client.id))


def _edit_page(client: Client, form: client_form.EditForm) -> str:
    offered = [*DEVELOPER_LIMITS.grants, *offered_scopes(DEVELOPER_LIMITS)]
    by_administrators = [
        name for name in [*client.grant_type_list, *client.scope_list] if name not in offered
    ]
    return render_template(
        "clients/edit.html",
        client=client,
        form=form,
        hints=hints.of_scopes(),
        by_administrators=by_administrators,
    )
