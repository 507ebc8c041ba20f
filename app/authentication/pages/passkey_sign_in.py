"""Signing in with a passkey, and proving once more by one who is there: for the script of both pages."""

from flask import Blueprint, jsonify, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ...database.rows import db
from .. import browser, second_step
from ..access import public
from ..arrival import let_in
from ..factors import challenges, passkeys
from ..factors.challenges import Purpose
from ..factors.passkey_options import to_get
from ..factors.passkey_sign_in import authenticate, confirm
from ..factors.refusals import PasskeyRefused, Reason
from ..refusals import AccountBlocked
from ..second_factors import needs_second_factor
from .passkey_requests import answer_errors_as_json, read_body, refuse, this_browser

blueprint = Blueprint("authentication_passkey_sign_in", __name__)
answer_errors_as_json(blueprint)


@blueprint.post("/login/passkey/options")
@public
def options() -> Response:
    """What any passkey of this portal may answer to; nobody needs to say who they are."""
    challenge = challenges.issue(Purpose.SIGN_IN, this_browser())
    return jsonify(publicKey=to_get(challenge))


@blueprint.post("/login/passkey")
@public
def sign_in() -> Response:
    """Sign in whoever the passkey belongs to; one that verified nobody is one factor, which may be too few."""
    body = read_body()
    try:
        proven = authenticate(body.get("credential"), browser=this_browser())
    except (PasskeyRefused, AccountBlocked) as refusal:
        return refuse(refusal)
    methods, remember = " ".join(proven.methods), body.get("remember") is True
    if not proven.is_verified and needs_second_factor(proven.user):
        second_step.begin(proven.user, remember=remember, methods=methods)
        db.session.commit()
        return jsonify(
            next=url_for("authentication_verify.verify", next=browser.safe_next(request.args.get("next")))
        )
    let_in(proven.user, methods=methods, remember=remember)
    db.session.commit()
    return _onward()


@blueprint.post("/reauthenticate/passkey/options")
def options_to_confirm() -> Response:
    """What one of the person's own passkeys is to answer to, after it has checked that it is them."""
    challenge = challenges.issue(Purpose.CONFIRM, this_browser(), current_user.id)
    own = passkeys.list_passkeys(current_user.id)
    return jsonify(publicKey=to_get(challenge, passkeys=own, must_verify=True))


@blueprint.post("/reauthenticate/passkey")
def reauthenticate() -> Response:
    """Let a passkey answer instead of the password: one that was left in a machine proves nothing by itself."""
    try:
        proven = confirm(current_user, read_body().get("credential"), browser=this_browser())
        if not proven.is_verified:
            raise PasskeyRefused(Reason.UNVERIFIED)
    except PasskeyRefused as refusal:
        return refuse(refusal)
    db.session.commit()  # before the new token, which is written in a transaction of its own
    browser.renew(*proven.methods)
    return _onward()


def _onward() -> Response:
    return jsonify(next=browser.destination(request.script_root + "/account"))
