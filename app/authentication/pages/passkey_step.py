"""A passkey as the second step of a sign-in, for the script of its page."""

from flask import Blueprint, jsonify, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from ...database.rows import db
from ...form_owners import for_any_account
from ...users.password_changes import hold_password
from .. import accounts_here, browser, next_page, second_step
from ..access import public
from ..arrival import let_in
from ..factors import challenges, passkeys
from ..factors.challenges import Purpose
from ..factors.passkey_options import to_get
from ..factors.passkey_sign_in import Proven, confirm
from ..factors.refusals import PasskeyRefused, Reason
from ..methods import PASSWORD, SEVERAL, combine
from ..refusals import SecondStepOver
from .passkey_requests import answer_errors_as_json, read_body, refuse, this_browser, told

blueprint = Blueprint("authentication_passkey_step", __name__)
answer_errors_as_json(blueprint)


@blueprint.post("/login/verify/passkey/options")
@public
@for_any_account
def options() -> Response:
    """What a passkey of the person whose sign-in waits is to answer to."""
    try:
        user = second_step.pending().user
    except SecondStepOver:
        return _start_again()
    challenge = challenges.issue(Purpose.CONFIRM, this_browser(), user.id)
    return jsonify(publicKey=to_get(challenge, passkeys=passkeys.list_passkeys(user.id)))


@blueprint.post("/login/verify/passkey")
@public
@for_any_account
def verify() -> Response:
    """Complete the sign-in with a passkey. A wait after wrong codes does not stop it: nobody guesses a signature."""
    body = read_body()
    try:
        step = second_step.pending()
        proven = confirm(step.user, body.get("credential"), browser=this_browser())
        _check_second(step, proven)
    except SecondStepOver:
        return _start_again()
    except PasskeyRefused as refusal:
        return refuse(refusal)
    if not hold_password(db.session.connection(), step.user):
        db.session.rollback()
        return _start_again()
    methods = combine(step.methods, *proven.methods, SEVERAL)
    let_in(step.user, methods=methods, stay=step.stay)
    db.session.commit()
    return jsonify(next=browser.destination(request.script_root + "/account"))


def _check_second(step: second_step.Pending, proven: Proven) -> None:
    """A touch is a second factor to a password, but not to another touch."""
    if not proven.is_verified and PASSWORD not in step.methods.split():
        raise PasskeyRefused(Reason.UNVERIFIED)


def _start_again() -> Response:
    page = url_for("authentication_login.sign_in", **next_page.carried(another=accounts_here.for_another()))
    return told("second_step_over", _("Please sign in again: this took too long."), 403, location=page)
