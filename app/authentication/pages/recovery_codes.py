"""Codes on paper: shown once, counted, made anew."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ...extensions import db, settings
from .. import browser
from ..access import recent_second_factor
from ..factors import changes, recovery_codes
from ..second_factors import needs_second_factor
from . import fresh_factors

blueprint = Blueprint("authentication_recovery_codes", __name__)


@blueprint.get("/account/security/recovery-codes")
def show() -> Response | str:
    """New codes, for this one look; later how many are left."""
    onward = browser.safe_next(request.args.get("next"))
    if not needs_second_factor(current_user):
        return redirect(url_for("authentication_totp.set_up", next=onward))
    return render_template(
        "authentication/recovery_codes.html",
        fresh=fresh_factors.take_codes(),
        recovery_codes=recovery_codes.count(current_user),
        onward=onward,
        issuer=settings.issuer,
    )


@blueprint.post("/account/security/recovery-codes")
@recent_second_factor
def make() -> Response:
    """Make new codes in place of all the old ones."""
    if needs_second_factor(current_user):
        fresh_factors.keep_codes(changes.make_codes(current_user))
        db.session.commit()
    return redirect(url_for(".show"), 303)
