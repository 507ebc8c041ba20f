"""The page where people enter the code that a device shows, and decide, :rfc:`8628#section-3.3`."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired

from ...account.pages.verification import send_confirmation_again
from ...authentication.access import lead_to_second_factor
from ...authentication.wording import wait_in_words
from ...consents.decisions import NotInTeam
from ...database.rows import db
from ...diagnostics import causes, request_log
from ...extensions import settings
from ...forms import REFUSED
from ...network_limits import LimitReached
from ...networks import came_by_unknown_proxy
from ..authorization import consent_page, device_access, reach, team_question
from ..authorization.device_access import CodeUnknown, DeviceAccess
from ..authorization.interaction import next_interaction
from ..tokens.device_codes import LIFETIME
from . import device_question

blueprint = Blueprint("oauth_device", __name__)


class UserCodeForm(FlaskForm):
    """The code as somebody reads it off a device."""

    user_code = StringField(
        _l("Code on your device"), [InputRequired(_l("Please enter the code that your device shows."))]
    )


@blueprint.route("/device", methods=["GET", "POST"])
def show() -> Any:
    """The field for the code, then the question; also who comes with the code in the address is asked."""
    form = UserCodeForm()
    if request.method == "GET" and "user_code" in request.args:
        form.user_code.data = request.args["user_code"]
    elif not form.validate_on_submit():
        return _field(form, REFUSED if form.is_submitted() else 200)
    try:
        is_proxy = came_by_unknown_proxy(request.headers, settings.trusted_proxies)
        address = request.remote_addr or ""
        return _answer(
            device_access.find(form.user_code.data or "", current_user, address, is_proxy=is_proxy)
        )
    except CodeUnknown:
        db.session.rollback()
        form.user_code.errors = [_unknown()]
        return _field(form, REFUSED)
    except LimitReached as reached:
        wait = wait_in_words(reached.seconds)
        form.form_errors.append(
            _("There were too many wrong codes. Please try again in %(time)s.", time=wait)
        )
        return _field(form, 429, reached.seconds)


@blueprint.get("/device/done")
def done() -> str:
    """What to do next: the device goes on by itself."""
    return render_template("oauth/device_done.html", declined="declined" in request.args)


def _field(form: UserCodeForm, status: int, wait: int | None = None) -> Response:
    page = make_response(render_template("oauth/device.html", form=form), status)
    if wait is not None:
        page.headers["Retry-After"] = str(wait)
    return page


def _unknown() -> str:
    """The same words for codes that are mistyped, over and decided: what there is, nobody learns by guessing."""
    return _(
        "This code does not work. Codes hold for %(minutes)s minutes and work once: compare it with your device, or let "
        "the device show a new one.",
        minutes=LIFETIME // 60,
    )


def _answer(access: DeviceAccess) -> Any:
    decision = request.form.get("decision")
    if decision == "deny":
        return _decline(access)
    interaction = next_interaction(access.situation())
    if interaction in _INSTEAD:
        return _INSTEAD[interaction](access)
    ticked = set(request.form.getlist("scope"))
    whom = team_question.read(access.for_whom, request.form.get("team"))
    if request.form.get("confirmation") == "send":
        flash(*send_confirmation_again(current_user))
        kept = team_question.ask(access.for_whom, whom)
        return device_question.question(access, ticked=ticked, team=kept)
    return _allow(access, ticked, whom) if decision == "allow" else device_question.question(access)


def _allow(access: DeviceAccess, ticked: set[str], whom: str | None) -> Any:
    """Let the device in; what is not clear yet is asked once more."""
    if whom is None or not access.for_whom.may_be(whom):
        return device_question.question(
            access, ticked=ticked, team=team_question.ask_again(access.for_whom, whom)
        )
    asked, team = consent_page.asked_now(access), team_question.ask(access.for_whom, whom)
    allowed, declined = consent_page.split(asked, ticked)
    if asked and not allowed:
        return device_question.question(access, nothing_ticked=True, team=team)
    if access.is_elsewhere and "own_device" not in request.form:
        return device_question.question(access, ticked=ticked, unassured=True, team=team)
    try:
        device_access.allow(access, allowed, declined, whom or None)
    except NotInTeam:
        left = team_question.ask_again(access.for_whom, whom, left=True)
        return device_question.question(access, ticked=ticked, team=left)
    _log(access, allowed)
    db.session.commit()
    return redirect(url_for(".done"), 303)


def _decline(access: DeviceAccess) -> Response:
    device_access.decline(access)
    _log(access, ())
    request_log.refused(causes.USER_DECLINED)
    db.session.commit()
    return redirect(url_for(".done", declined=1), 303)


def _group(access: DeviceAccess) -> Response:
    """Tell who is in none of the app's groups whom to ask."""
    _log(access, access.scopes)
    request_log.refused(causes.PERSON_NOT_IN_GROUP, as_error="access_denied")
    return device_question.outside(access)


def _room(access: DeviceAccess) -> Response:
    """Send the newcomer to an administrator, and tell who can change it."""
    _log(access, access.scopes)
    request_log.refused(causes.APP_FULL, limit=settings.unverified_app_people)
    reach.tell_once(access.client)
    db.session.commit()
    page = render_template("oauth/full.html", client=access.client, cause=causes.APP_FULL)
    return make_response(page, 403)


def _second_factor(access: DeviceAccess) -> Any:
    return redirect(lead_to_second_factor(url_for(".show", user_code=access.user_code)), 303)


def _log(access: DeviceAccess, scopes: Any) -> None:
    request_log.begin("device", [("scope", " ".join(scopes))])
    request_log.attribute_to(client_id=access.client.id, user_id=current_user.id)


_INSTEAD = {"group": _group, "room": _room, "second factor": _second_factor}
