"""Confirming an address: the link proves the mailbox, a sign-in or the password that the account is one's own."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired

from ...authentication.access import public
from ...authentication.pages.refused import refuse_beside
from ...authentication.refusals import InvalidCredentials, TooManyTries
from ...authentication.sign_in import check_password
from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from ...users.models import User
from ...users.refusals import EmailTaken
from .. import email_changes, registration
from ..refusals import LinkExpired
from ..wording import in_words

blueprint = Blueprint("account_confirmation", __name__)


class ConfirmationForm(FlaskForm):
    """The password of the account."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Please enter your password."))])


@blueprint.route("/verify-email/<token>", methods=["GET", "POST"])
@public
def verify_email(token: str) -> ResponseReturnValue:
    """The page behind the link in the mail: showing it changes nothing, its button confirms the address."""
    try:
        is_change, user, email = _found(token)
        form = _form_for(user)
        status, headers = status_of(form), dict[str, str]()
        if form.validate_on_submit():
            if form.password:
                check_password(user, form.password.data or "")
            _confirm(token, is_change)
            db.session.commit()
            flash(_("Thank you. The address %(email)s is confirmed.", email=email), "ok")
            return redirect(url_for("site_home.account"), 303)
    except LinkExpired:
        db.session.rollback()
        return render_template("account/link_expired.html", purpose="verify_email"), 410
    except (InvalidCredentials, TooManyTries) as refusal:
        db.session.commit()  # the try counts
        status, headers = refuse_beside(form.password, refusal)
    except EmailTaken as refusal:
        db.session.rollback()
        form.form_errors.append(in_words(refusal)[1])
    page = render_template(
        "account/verify_email.html", form=form, email=email, username=user.username, is_change=is_change
    )
    return page, status, headers


def _found(token: str) -> tuple[bool, User, str]:
    """Whether the link changes the address or confirms that of a new account, whose it is, and the address."""
    try:
        return False, *registration.find_unverified(token)
    except LinkExpired:
        return True, *email_changes.find_change(token)


def _confirm(token: str, is_change: bool) -> None:
    if is_change:
        email_changes.complete_change(token, issuer=settings.issuer)
    else:
        registration.verify_email(token)


def _form_for(user: User) -> ConfirmationForm:
    """The form, which asks for the password unless this browser is signed in to the account of ``user``."""
    form = ConfirmationForm()
    if current_user.is_authenticated and current_user.id == user.id:
        del form.password
    return form
