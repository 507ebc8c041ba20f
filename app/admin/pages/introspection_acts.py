"""Whose access tokens an app may introspect, as administrators say."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from ...authentication.access import recent_sign_in
from ...clients import introspection
from .acts import Act, confirm_and_do
from .apps import get_app, target_of

blueprint = Blueprint("admin_introspection_acts", __name__)

ALLOW = Act(
    _l("Allow %(name)s to introspect everybody's access tokens?"),
    _l(
        "Whoever holds its secret learns of every access token it is shown whether it is active, whose it is and what it allows. That suits services of your organisation that many apps call, not integrations whose secret lies elsewhere. It ends when the app becomes public or gets another owner."
    ),
    _l("Allow introspection"),
    _l("%(name)s may introspect everybody's access tokens."),
)
END = Act(
    _l("Leave %(name)s its own tokens?"),
    _l(
        "It then introspects its own tokens and those of other apps of its owner. About all others it reads that they are not active."
    ),
    _l("Its own tokens only"),
    _l("%(name)s no longer introspects everybody's access tokens."),
)


@blueprint.route("/admin/apps/<client_id>/allow-introspection", methods=["GET", "POST"])
@recent_sign_in
def allow(client_id: str) -> ResponseReturnValue:
    """Let the app introspect everybody's access tokens."""
    client = get_app(client_id)
    return confirm_and_do(
        ALLOW,
        target_of(client),
        lambda: introspection.allow_introspection_of_all(client, actor_id=current_user.id),
    )


@blueprint.route("/admin/apps/<client_id>/end-introspection", methods=["GET", "POST"])
@recent_sign_in
def end(client_id: str) -> ResponseReturnValue:
    """Leave the app its own tokens and those of its owner's other apps."""
    client = get_app(client_id)
    return confirm_and_do(
        END,
        target_of(client),
        lambda: introspection.end_introspection_of_all(client, actor_id=current_user.id),
    )
