"""What a person reads who lets a device in: the consent page without a way back, and with where the device is."""

from collections.abc import Collection
from typing import Any

from flask import make_response, render_template
from flask_login import current_user
from werkzeug.wrappers import Response

from ...authentication import accounts_here
from ...forms import REFUSED
from ..authorization import consent_page, team_question
from ..authorization.device_access import DeviceAccess
from ..authorization.team_question import TeamQuestion


def question(
    access: DeviceAccess,
    *,
    ticked: Collection[str] | None = None,
    team: TeamQuestion | None = None,
    nothing_ticked: bool = False,
    unassured: bool = False,
) -> Response:
    """The question; ``ticked`` keeps what was, ``unassured`` says that the device must be the person's own."""
    team = team or team_question.ask(access.for_whom)
    html = render_template(
        "oauth/device_question.html",
        **consent_page.about_app(access.client),
        **_device(access),
        permissions=consent_page.permissions(access, () if nothing_ticked else ticked),
        nothing_ticked=nothing_ticked,
        unassured=unassured,
        team=team,
    )
    return make_response(html, REFUSED if nothing_ticked or unassured or team.problem else 200)


def outside(access: DeviceAccess) -> Response:
    """What somebody reads who is in none of the groups that the app is for."""
    html = render_template(
        "oauth/device_not_in_group.html", **consent_page.about_app(access.client), **_device(access)
    )
    return make_response(html, 403)


def _device(access: DeviceAccess) -> dict[str, Any]:
    return {"access": access, "person": current_user, "has_others": bool(accounts_here.list_others())}
