"""The apps that a person lets in, and the button that ends it."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from ...clients.registration import find_client
from ...database.rows import db
from ...scopes.catalogue import describe
from .. import decisions

blueprint = Blueprint("consents_connected_apps", __name__)


@blueprint.get("/account/apps")
def index() -> ResponseReturnValue:
    """Every app that may do something in the reader's name, and what."""
    consents = decisions.list_consents(current_user.id)
    locale = str(get_locale())
    names = {name for consent, _client in consents for name in consent.scope.split()}
    permissions = {name: describe(name, locale) for name in names}
    return render_template("consents/connected_apps.html", consents=consents, permissions=permissions)


@blueprint.post("/account/apps/<client_id>/disconnect")
def disconnect(client_id: str) -> ResponseReturnValue:
    """End what this app may do; its tokens are worthless from now on."""
    client = find_client(client_id)
    if client is None or decisions.withdraw_consent(current_user.id, client_id) is None:
        abort(404)
    db.session.commit()
    flash(_("%(name)s no longer has access to your account.", name=client.name), "ok")
    return redirect(url_for("consents_connected_apps.index"))
