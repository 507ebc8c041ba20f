"""The password; the place of second factors and passkeys, too."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired

from ...authentication.sign_in import InvalidCredentials, TooManyTries, check_password
from ...database.rows import db
from ...extensions import settings
from ...users.passwords import PasswordRefused
from .. import passwords
from .refusals import tell

blueprint = Blueprint("account_security", __name__)


class ChangePasswordForm(FlaskForm):
    """The password that counts now, and the one that shall."""

    current_password = PasswordField(
        _l("Current password"), [InputRequired(_l("Please enter your password."))]
    )
    password = PasswordField(_l("New password"), [InputRequired(_l("Please choose a password."))])


@blueprint.route("/account/security", methods=["GET", "POST"])
def show() -> Response | str | tuple[str, int, dict[str, str]]:
    """The page that changes the password; wrong ones count as they do at the sign-in."""
    form = ChangePasswordForm()
    try:
        if form.validate_on_submit() and _change_password(form):
            flash(_("Your password is changed. Your other devices have been signed out."), "ok")
            return redirect(url_for("account_security.show"), 303)
    except TooManyTries as refusal:
        db.session.rollback()
        seconds = refusal.retry_after
        form.current_password.errors = [
            ngettext(
                "Too many wrong passwords. Please wait a second.",
                "Too many wrong passwords. Please wait %(num)d seconds.",
                seconds,
            )
        ]
        return render_template("account/security.html", form=form), 429, {"Retry-After": str(seconds)}
    return render_template("account/security.html", form=form)


def _change_password(form: ChangePasswordForm) -> bool:
    try:
        check_password(current_user, form.current_password.data or "")
        passwords.change_password(
            current_user,
            form.password.data or "",
            session_id=current_user.browser_session.id,
            issuer=settings.issuer,
            locale=str(get_locale()),
        )
    except InvalidCredentials:
        form.current_password.errors = [_("This is not your current password.")]
        db.session.commit()
        return False
    except PasswordRefused as refusal:
        db.session.rollback()
        tell(form, refusal)
        return False
    db.session.commit()
    return True
