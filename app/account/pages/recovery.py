"""Forgotten passwords."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired

from ...authentication import accounts_here, browser, known_browsers
from ...authentication.access import public
from ...database.rows import db
from ...forms import status_of
from ...users.refusals import PasswordRefused
from .. import recovery, resetting
from ..refusals import LinkExpired
from ..wording import tell
from . import asking
from .signed_out import forget_sign_in

blueprint = Blueprint("account_recovery", __name__)

DESTINATION = "after_reset"  # in the cookie
LONGEST_KEPT = 1200  # characters: browsers drop a cookie of more than 4096 with everything in it


class NewPasswordForm(FlaskForm):
    """The new password."""

    password = PasswordField(_l("New password"), [InputRequired(_l("Please choose a password."))])


@blueprint.route("/forgot-password", methods=["GET", "POST"])
@public
def forgot_password() -> str | tuple[str, int, dict[str, str]]:
    """The page that mails a link; it answers the same whether anybody has the address."""
    return asking.answer(_ask_for_reset, "account/forgot_password.html", "account/reset_sent.html")


@blueprint.route("/reset-password/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> Response | tuple[str, int]:
    """The page behind the link: showing it changes nothing, its button sets the password."""
    form = NewPasswordForm()
    try:
        reset = resetting.find_reset(token)
        if form.validate_on_submit():
            here = accounts_here.find_account(reset.user.id)
            resetting.reset_password(token, form.password.data or "")
            onward, another = _take_destination(), forget_sign_in(here)
            # Who guesses meanwhile keeps nobody out of it.
            known_browsers.remember_anew(reset.user, here.row if here else None)
            db.session.commit()
            _tell_what_next(reset)
            return redirect(url_for("authentication_login.sign_in", another=another, next=onward), 303)
    except LinkExpired:
        db.session.rollback()
        if form.is_submitted() and resetting.was_just_used(token, form.password.data or ""):
            db.session.commit()
            flash(_("Your new password is set. Please sign in with it."), "ok")
            return redirect(url_for("authentication_login.sign_in"), 303)
        db.session.commit()  # a wrong password counts
        return render_template("account/link_expired.html", purpose="reset_password"), 410
    except PasswordRefused as refusal:
        db.session.rollback()
        tell(form, refusal)
    return render_template("account/reset_password.html", form=form, reset=reset), status_of(form)


def _ask_for_reset(email: str, **asked: Any) -> None:
    _keep_destination()
    recovery.ask_for_reset(email, **asked)


def _tell_what_next(reset: resetting.Reset) -> None:
    if reset.is_first:
        flash(_("Your password is set. Please sign in with it."), "ok")
        return
    flash(_("Your new password is set. Please sign in with it."), "ok")
    if reset.reclaims:
        flash(_("The account is yours. What whoever made it had left was removed."), "info")
        return
    hint = _("If somebody else knew your old password, check which apps have access to your account.")
    flash(Markup('<a href="{}">{}</a>').format(url_for("consents_connected_apps.index"), hint), "info")


def _keep_destination() -> None:
    """Let this browser remember where it wanted to go, so that the mail, which anybody may ask for, need not say it."""
    destination = browser.safe_next(request.args.get("next")) or ""
    session.pop(DESTINATION, None)
    if 0 < len(destination) <= LONGEST_KEPT:
        session[DESTINATION] = destination


def _take_destination() -> str | None:
    return browser.safe_next(session.pop(DESTINATION, None))
