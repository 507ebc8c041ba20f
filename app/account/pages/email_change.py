"""Another email address, and the way back to the old one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired

from ... import network_limits
from ...authentication.access import public
from ...authentication.pages.refused import refuse_beside
from ...authentication.refusals import InvalidCredentials, TooManyTries
from ...authentication.step_up import confirm_password
from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from ...users.refusals import EmailRefused, EmailTaken
from .. import email_changes
from ..refusals import EmailUnchanged, LinkExpired
from ..wording import tell
from . import limited

blueprint = Blueprint("account_email_change", __name__)


class EmailForm(FlaskForm):
    """The new address, and the password: whose browser was left open keeps the account."""

    email = EmailField(_l("New email address"), [InputRequired(_l("Please enter your email address."))])
    current_password = PasswordField(
        _l("Current password"), [InputRequired(_l("Please enter your password."))]
    )


@blueprint.route("/account/email", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """The page that asks for another address; it counts once it is confirmed."""
    form = EmailForm()
    status, headers = status_of(form), dict[str, str]()
    if form.validate_on_submit():
        try:
            confirm_password(form.current_password.data or "")
            network_limits.count(network_limits.CONFIRMATION_MAILS, request.remote_addr)
            _ask_for_change(form)
            return redirect(url_for("account_email_change.edit"), 303)
        except (InvalidCredentials, TooManyTries) as refusal:
            db.session.commit()  # the try counts
            status, headers = refuse_beside(form.current_password, refusal)
        except (EmailRefused, EmailTaken, EmailUnchanged) as refusal:
            db.session.commit()  # the password was given, and the browser has another token
            tell(form, refusal)
        except network_limits.LimitReached as reached:
            db.session.commit()
            status, headers = limited.refuse(form, reached)
    pending = email_changes.find_pending(current_user)
    return render_template("account/email.html", form=form, pending=pending), status, headers


@blueprint.route("/undo-email/<token>", methods=["GET", "POST"])
@public
def undo(token: str) -> ResponseReturnValue:
    """The page behind the link to the old address: showing it changes nothing, its button takes the change back."""
    form = FlaskForm()
    try:
        user, email = email_changes.find_undo(token)
        if form.validate_on_submit():
            _undo(token)
            flash(
                _(
                    "The change is undone: your address is %(email)s again. "
                    "We have sent you an email to choose a new password.",
                    email=email,
                ),
                "ok",
            )
            return redirect(url_for("authentication_login.sign_in"), 303)
    except LinkExpired:
        db.session.rollback()
        return render_template("account/link_expired.html", purpose="undo_email"), 410
    except EmailTaken:
        db.session.rollback()
        form.form_errors.append(
            _(
                "Another account has confirmed this address since. Please write to the people who run this portal."
            )
        )
    return render_template(
        "account/undo_email.html", form=form, email=email, username=user.username
    ), status_of(form)


def _ask_for_change(form: EmailForm) -> None:
    email = form.email.data or ""
    sent = email_changes.ask_for_change(current_user, email, issuer=settings.issuer, locale=str(get_locale()))
    db.session.commit()
    if sent:
        flash(_("We have sent an email to your new address: please open it and confirm the address."), "ok")
    else:
        flash(
            _(
                "An email to this address is just on its way, or it got several today. Please wait before you ask again."
            ),
            "warn",
        )


def _undo(token: str) -> None:
    email_changes.undo_change(token, issuer=settings.issuer)
    db.session.commit()
