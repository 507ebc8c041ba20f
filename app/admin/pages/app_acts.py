"""What administrators do to apps; the rules are those of clients."""

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user

from ...authentication.access import recent_sign_in
from ...clients import disabling, registration, verified
from ...clients.models import Client
from ...clients.people_per_app import count_people
from .acts import Act, confirm_and_do
from .apps import get_app, target_of

blueprint = Blueprint("admin_app_acts", __name__)

DISABLE = Act(
    _l("Disable %(name)s?"),
    _l(
        "The app gets no tokens, and those it has are not valid, until an administrator enables it again. Its owner cannot."
    ),
    _l("Disable app"),
    _l("%(name)s is disabled."),
    grave=True,
)
ENABLE = Act(
    _l("Enable %(name)s?"),
    _l("The app works again, and with it the access that people gave it before."),
    _l("Enable app"),
    _l("%(name)s is enabled."),
)
TRUST = Act(
    _l("Mark %(name)s as verified?"),
    _l(
        "When it asks for access, people read that this portal has verified it. They are asked all the same. The mark ends when the owner changes its name, homepage, type or redirect URIs."
    ),
    _l("Mark as verified"),
    _l("%(name)s is marked as verified."),
)
DISTRUST = Act(
    _l("Take the mark from %(name)s?"),
    _l("People no longer read that this portal has verified the app. Nothing else changes."),
    _l("Take the mark away"),
    _l("%(name)s is no longer marked as verified."),
)
DELETE = Act(
    _l("Delete %(name)s?"),
    _l(
        "Its secrets and tokens stop working at once, and its client ID never comes back. This cannot be undone."
    ),
    _l("Delete app"),
    _l("%(name)s is deleted."),
    grave=True,
)


@blueprint.route("/admin/apps/<client_id>/disable", methods=["GET", "POST"])
@recent_sign_in
def disable(client_id: str) -> ResponseReturnValue:
    """Stop the app until an administrator lets it work again."""
    client = get_app(client_id)
    return confirm_and_do(DISABLE, target_of(client), lambda: _disable(client))


@blueprint.route("/admin/apps/<client_id>/enable", methods=["GET", "POST"])
@recent_sign_in
def enable(client_id: str) -> ResponseReturnValue:
    """Let the app work again, whoever stopped it."""
    client = get_app(client_id)
    return confirm_and_do(
        ENABLE,
        target_of(client),
        lambda: disabling.enable_client(client, disabling.ADMINISTRATOR, actor_id=current_user.id),
    )


@blueprint.route("/admin/apps/<client_id>/trust", methods=["GET", "POST"])
@recent_sign_in
def trust_app(client_id: str) -> ResponseReturnValue:
    """Mark the app as verified."""
    client = get_app(client_id)
    return confirm_and_do(
        TRUST, target_of(client), lambda: verified.trust_client(client, actor_id=current_user.id)
    )


@blueprint.route("/admin/apps/<client_id>/distrust", methods=["GET", "POST"])
@recent_sign_in
def distrust_app(client_id: str) -> ResponseReturnValue:
    """Take the mark away."""
    client = get_app(client_id)
    return confirm_and_do(
        DISTRUST, target_of(client), lambda: verified.distrust_client(client, actor_id=current_user.id)
    )


@blueprint.route("/admin/apps/<client_id>/delete", methods=["GET", "POST"])
@recent_sign_in
def delete(client_id: str) -> ResponseReturnValue:
    """Delete the app, once its name is typed."""
    client = get_app(client_id)
    return confirm_and_do(
        DELETE,
        target_of(client),
        lambda: registration.delete_client(client, actor_id=current_user.id),
        type_name=True,
        then=url_for("admin_apps.index"),
        consequences=[_people_lost(count_people([client.id])[client.id])],
    )


def _people_lost(count: int) -> str:
    if not count:
        return _("Nobody uses this app at present.")
    return ngettext("%(count)s person loses access.", "%(count)s people lose access.", count, count=count)


def _disable(client: Client) -> None:
    disabling.disable_client(client, disabling.ADMINISTRATOR, actor_id=current_user.id)
