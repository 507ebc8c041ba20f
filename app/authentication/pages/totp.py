"""The app on one's phone: set up, replaced, removed."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired

from ...extensions import db, settings
from ...forms import REFUSED, status_of
from .. import browser
from ..access import recent_second_factor
from ..factors import changes, totp
from ..factors.recovery_codes import normal
from ..methods import ONE_TIME_CODE, SEVERAL
from ..refusals import InvalidCode
from ..second_factors import needs_second_factor
from . import fresh_factors

blueprint = Blueprint("authentication_totp", __name__)

GROUP = 4  # characters of the key between two blanks


class ShownCodeForm(FlaskForm):
    """What the app shows once it knows the seed."""

    code = StringField(
        _l("Code from the app"), [InputRequired(_l("Please enter the code that the app shows."))]
    )


@blueprint.route("/account/security/totp", methods=["GET", "POST"])
@recent_second_factor
def set_up() -> ResponseReturnValue:
    """The page that sets an app up, or another one in its place, once it shows the right code."""
    form, seed = ShownCodeForm(), fresh_factors.seed()
    status = status_of(form)
    if form.validate_on_submit():
        try:
            step = totp.check_shown_code(seed, normal(form.code.data or ""))
        except InvalidCode:
            form.code.errors = [
                _(
                    "This is not the code for this key. Is the clock of your phone right? Take the newest code."
                )
            ]
            status = REFUSED
        else:
            return _set_up(seed, step)
    address = totp.address_of(seed, settings.portal_name, current_user.username)
    key = " ".join(seed[at : at + GROUP] for at in range(0, len(seed), GROUP))
    page = render_template(
        "authentication/totp.html", form=form, key=key, address=address, picture=_picture(address)
    )
    return page, status


@blueprint.post("/account/security/totp/remove")
@recent_second_factor
def remove() -> Response:
    """Ask for no more codes; from now on the password alone opens the account."""
    if needs_second_factor(current_user):
        changes.remove_app(current_user)
        db.session.commit()
        flash(_("The authenticator app is removed. Your password alone signs you in now."), "ok")
    return redirect(url_for("account_security.show"), 303)


def _set_up(seed: str, step: int) -> Response:
    browser.renew(ONE_TIME_CODE, SEVERAL)  # first: it is done on another connection
    new_codes = changes.set_up_app(current_user, seed, step)
    db.session.commit()
    fresh_factors.forget_seed()
    onward = browser.safe_next(request.args.get("next"))
    if new_codes:
        fresh_factors.keep_codes(new_codes)
        return redirect(url_for("authentication_recovery_codes.show", next=onward), 303)
    flash(_("From now on the codes of the new app count."), "ok")
    return redirect(onward or url_for("account_security.show"), 303)


def _picture(address: str) -> str:
    """The QR code as SVG, without inline styles, which the Content-Security-Policy would refuse."""
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None)
    return str(svg)
