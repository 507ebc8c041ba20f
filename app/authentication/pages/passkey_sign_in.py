"""Signing in with a passkey, and proving once more by one who is there: for the script of both pages."""

from flask import Blueprint, jsonify, request
from flask_login import current_user
from werkzeug.wrappers import Response

from ...database.rows import db
from ...form_owners import for_any_account
from .. import accounts_here, browser, second_step
from ..access import public
from ..arrival import let_in
from ..factors import challenges, passkeys
from ..factors.challenges import Purpose
from ..factors.passkey_options import to_get
from ..factors.passkey_sign_in import authenticate, confirm
from ..factors.refusals import PasskeyRefused, Reason
from ..lifetimes import Stay
from ..refusals import AccountBlocked
from ..second_factors import needs_second_factor
from .login import second_step_page
from .passkey_requests import answer_errors_as_json, read_body, refuse, this_browser

blueprint = Blueprint("authentication_passkey_sign_in", __name__)
answer_errors_as_json(blueprint)


@blueprint.post("/login/passkey/options")
@public
@for_any_account
def options() -> Response:
    """What any passkey of this portal may answer to; nobody needs to say who they are."""
    challenge = challenges.issue(Purpose.SIGN_IN, this_browser())
    return jsonify(publicKey=to_get(challenge))


@blueprint.post("/login/passkey")
@public
@for_any_account
def sign_in() -> Response:
    """Sign in whoever the passkey belongs to; one that verified nobody is one factor, which may be too few.

    Somebody who is signed in meanwhile goes on as at the sign-in page, unless another account is to join.
    """
    body = read_body()
    if current_user.is_authenticated and not accounts_here.is_for_another():
        return _onward()
    try:
        proven = authenticate(body.get("credential"), browser=this_browser())
    except (PasskeyRefused, AccountBlocked) as refusal:
        return refuse(refusal)
    methods = " ".join(proven.methods)
    stay = Stay.chosen(remember=body.get("remember") is True, ephemeral=body.get("ephemeral") is True)
    if not proven.is_verified and needs_second_factor(proven.user):
        second_step.begin(proven.user, stay=stay, methods=methods)
        db.session.commit()
        return jsonify(next=second_step_page())
    let_in(proven.user, methods=methods, stay=stay)
    db.session.commit()
    return _onward()


@blueprint.post("/reauthenticate/passkey/options")
@accounts_here.as_named
def options_to_confirm() -> Response:
    """What one of the person's own passkeys is to answer to, after it has checked that it is them."""
    challenge = challenges.issue(Purpose.CONFIRM, this_browser(), current_user.id)
    own = passkeys.list_passkeys(current_user.id)
    return jsonify(publicKey=to_get(challenge, passkeys=own, must_verify=True))


@blueprint.post("/reauthenticate/passkey")
@accounts_here.as_named
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
