"""Signing out."""

from flask import Blueprint, flash, redirect, request
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from ...audit import EventKind, record
from ...extensions import db
from .. import browser
from ..access import public

blueprint = Blueprint("authentication_logout", __name__)


@blueprint.post("/logout")
@public
def sign_out() -> Response:
    """Sign this browser out; who already was, since the session was over, hears the same."""
    if current_user.is_authenticated:
        record(EventKind.SIGNED_OUT, user_id=current_user.id, actor_id=current_user.id)
    browser.leave()
    db.session.commit()
    flash(_("You are signed out."), "ok")
    return redirect(browser.destination(request.script_root + "/"), 303)
