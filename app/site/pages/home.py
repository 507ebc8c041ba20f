"""The start page: what the portal is, for strangers; how the account stands, for who is signed in."""

from flask import Blueprint, redirect, render_template, request
from flask_babel import get_locale
from flask_login import current_user
from werkzeug.wrappers import Response

from ...account import safety_check
from ...audit.trail import list_events
from ...audit.wording import tell
from ...authentication import devices
from ...authentication.access import public
from ...authentication.sessions import list_sessions
from ...consents.standing import list_consents
from ...users.countries import country_name
from ...users.phone_numbers import for_reading
from ..templating import signed_in_person

blueprint = Blueprint("site_home", __name__)

NEWEST = 3  # devices, and apps
LATEST = 5  # events


@blueprint.get("/")
@public
def start() -> str | Response:
    """What this portal is; who is signed in goes on to the account."""
    if signed_in_person() is None:
        return render_template("site/welcome.html")
    return redirect(f"{request.script_root}/account", 303)


@blueprint.get("/account")
def account() -> str:
    """How the account is protected and what to do next, where one is signed in, what is connected, what happened."""
    signed_in, consents = list_sessions(current_user.id), list_consents(current_user.id)
    return render_template(
        "site/account.html",
        checks=safety_check.look(current_user, signed_in),
        devices=signed_in[:NEWEST],
        device_count=len(signed_in),
        describe=devices.describe,
        apps=consents[:NEWEST],
        app_count=len({client.id for _consent, client, _team in consents}),
        mobile=for_reading(current_user.mobile),
        country=country_name(current_user.country, str(get_locale())),
        platform={"android": "Android", "ios": "iOS"}.get(current_user.platform or ""),
        events=[tell(event) for event in list_events(current_user.id, limit=LATEST)],
    )
