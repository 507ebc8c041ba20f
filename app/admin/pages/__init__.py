"""The pages of admin, collected."""

from flask import Blueprint, abort, request
from flask_login import current_user

from ...audit import EventKind, refused_requests
from . import (
    app_acts,
    app_forms,
    apps,
    events,
    failures,
    hand_over,
    introspection_acts,
    keys,
    mails,
    overview,
    scopes,
    user_acts,
    users,
)

blueprints: tuple[Blueprint, ...] = (
    overview.blueprint,
    users.blueprint,
    user_acts.blueprint,
    apps.blueprint,
    app_acts.blueprint,
    introspection_acts.blueprint,
    app_forms.blueprint,
    hand_over.blueprint,
    scopes.blueprint,
    keys.blueprint,
    events.blueprint,
    failures.blueprint,
    mails.blueprint,
)
_NAMES = frozenset(blueprint.name for blueprint in blueprints)


def hide_from_others() -> None:
    """Answer 404 to everybody but administrators; strangers have been sent to the sign-in page before."""
    if request.blueprint in _NAMES and not (current_user.is_authenticated and current_user.is_admin):
        actor_id = current_user.id if current_user.is_authenticated else None
        refused_requests.note(EventKind.ADMINISTRATION_REFUSED, actor_id=actor_id)
        abort(404)
