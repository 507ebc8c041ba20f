"""The pages of admin, collected."""

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ... import expired_forms
from ...audit import EventKind, refused_requests
from ...authentication import kept_forms
from ...authentication.access import ask_for_second_factor, second_factor_page
from ...authentication.administration import find_lack, needs_step_up
from . import (
    app_acts,
    app_forms,
    app_groups,
    apps,
    events,
    factor_acts,
    failures,
    group_acts,
    groups,
    hand_over,
    introspection_acts,
    invitations,
    keys,
    mails,
    new_users,
    overview,
    person_groups,
    registration_tokens,
    scopes,
    user_acts,
    users,
)

blueprints: tuple[Blueprint, ...] = (
    overview.blueprint,
    users.blueprint,
    new_users.blueprint,
    invitations.blueprint,
    user_acts.blueprint,
    factor_acts.blueprint,
    apps.blueprint,
    registration_tokens.blueprint,
    app_acts.blueprint,
    introspection_acts.blueprint,
    app_forms.blueprint,
    hand_over.blueprint,
    groups.blueprint,
    group_acts.blueprint,
    person_groups.blueprint,
    app_groups.blueprint,
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


def require_second_factor() -> ResponseReturnValue | None:
    """Ask administrators for the second factor they have; stay closed to those whose time to set one up is over."""
    if request.blueprint not in _NAMES:
        return None
    back = expired_forms.page_of_form() or "/admin"
    if needs_step_up(current_user):
        return ask_for_second_factor(back)
    lack = find_lack(current_user)
    if lack is None or not lack.is_over:
        return None
    kept_forms.keep(back)
    page = render_template("admin/second_factor_needed.html", lack=lack, onward=second_factor_page(back))
    return make_response(page, 403)
