"""Adding a passkey: for the script of the list, and after a sign-in by password."""

from flask import Blueprint, flash, jsonify, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from ...database.rows import db
from .. import browser, devices
from ..access import has_recent_second_factor, has_recent_sign_in
from ..factors import challenges, passkeys
from ..factors.challenges import Purpose
from ..factors.new_passkeys import add, check_may_add
from ..factors.passkey_options import to_create
from ..factors.refusals import PasskeyRefused
from ..second_factors import has_second_factor, needs_second_factor
from .passkey_requests import answer_errors_as_json, read_body, refuse, this_browser, told

blueprint = Blueprint("authentication_new_passkeys", __name__)
answer_errors_as_json(blueprint)


@blueprint.post("/account/security/passkeys/options")
def options() -> Response:
    """What a new passkey is to be like; ``unasked`` where nobody pressed a button."""
    purpose = _purpose()
    if _must_ask_first():
        return _ask_first()
    try:
        check_may_add(current_user, purpose, current_user.browser_session)
    except PasskeyRefused as refusal:
        return refuse(refusal)
    challenge = challenges.issue(purpose, this_browser(), current_user.id)
    own = passkeys.list_passkeys(current_user.id)
    return jsonify(publicKey=to_create(current_user, own, challenge))


@blueprint.post("/account/security/passkeys")
def create() -> Response:
    """Add the passkey that the browser has made."""
    purpose = _purpose()
    if _must_ask_first():
        return _ask_first()
    try:
        check_may_add(current_user, purpose, current_user.browser_session)
        proven = add(
            current_user,
            read_body().get("credential"),
            purpose=purpose,
            browser=this_browser(),
            device=devices.recognise(request.user_agent.string),
        )
    except PasskeyRefused as refusal:
        return refuse(refusal)
    db.session.commit()
    if proven:
        browser.renew(*proven)  # after the commit: it is done on another connection
    if purpose is Purpose.ADD_UNASKED:
        return jsonify(notice=_("Your browser has made a passkey for this account."))
    flash(_("Your passkey is added. From now on you can sign in with it."), "ok")
    return jsonify(next=url_for("authentication_passkeys.show"))


def _purpose() -> Purpose:
    return Purpose.ADD_UNASKED if read_body().get("unasked") is True else Purpose.ADD


def _must_ask_first() -> bool:
    """Whether it is too long ago that the person proved who they are, by two factors where they have a second one."""
    return not (has_recent_second_factor() if has_second_factor(current_user) else has_recent_sign_in())


def _ask_first() -> Response:
    by_code = needs_second_factor(current_user)
    view = "authentication_verify.verify" if by_code else "authentication_reauthentication.ask"
    question = url_for(view, next=url_for("authentication_passkeys.show"))
    return told("recent_sign_in_needed", _("Please confirm first that it is you."), 403, location=question)
