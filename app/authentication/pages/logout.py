"""Signing out."""

from flask import Blueprint, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from ...extensions import db
from ...form_owners import for_any_account
from .. import browser, leaving
from ..access import public
from ..wording import say_signed_out

blueprint = Blueprint("authentication_logout", __name__)


@blueprint.post("/logout")
@public
@for_any_account
def sign_out() -> Response:
    """Sign out the account that is named, or else the one whose form this is; the others of this browser stay.

    Who already was, since the session was over, hears the same.
    """
    gone = leaving.list_meant(request.form.get("account"))
    leaving.sign_out(gone)
    db.session.commit()
    now_as = current_user.shown_name if current_user.is_authenticated else None
    flash(say_signed_out([account.user.shown_name for account in gone], now_as), "ok")
    return redirect(browser.destination(request.script_root + "/"), 303)
