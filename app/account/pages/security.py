"""The password; the place of second factors and passkeys, too."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired

from ...authentication import known_browsers
from ...authentication.factors import recovery_codes
from ...authentication.pages.refused import refuse_beside
from ...authentication.refusals import InvalidCredentials, TooManyTries
from ...authentication.second_factors import needs_second_factor
from ...authentication.step_up import confirm_password
from ...database.rows import db
from ...forms import status_of
from ...users.refusals import PasswordRefused
from .. import passwords
from ..wording import tell

blueprint = Blueprint("account_security", __name__)


class ChangePasswordForm(FlaskForm):
    """The current password and the new one."""

    current_password = PasswordField(
        _l("Current password"), [InputRequired(_l("Please enter your password."))]
    )
    password = PasswordField(_l("New password"), [InputRequired(_l("Please choose a password."))])


@blueprint.route("/account/security", methods=["GET", "POST"])
def show() -> ResponseReturnValue:
    """The page that changes the password; wrong ones count as they do at the sign-in."""
    form = ChangePasswordForm()
    status, headers = status_of(form), dict[str, str]()
    if form.validate_on_submit():
        try:
            _change_password(form)
        except (InvalidCredentials, TooManyTries) as refusal:
            db.session.commit()  # the try counts
            status, headers = refuse_beside(form.current_password, refusal)
        except PasswordRefused as refusal:
            db.session.rollback()
            tell(form, refusal)
        else:
            db.session.commit()
            flash(_("Your password is changed. Your other devices have been signed out."), "ok")
            return redirect(url_for("account_security.show"), 303)
    codes = recovery_codes.count(current_user) if needs_second_factor(current_user) else None
    return render_template("account/security.html", form=form, recovery_codes=codes), status, headers


def _change_password(form: ChangePasswordForm) -> None:
    confirm_password(form.current_password.data or "")
    session_id = current_user.browser_session.id
    passwords.change_password(current_user, form.password.data or "", session_id=session_id)
    known_browsers.remember_anew(current_user, current_user.browser_session)
