"""All second factors lost: asking for the wait, beginning it, ending it, and cancelling it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf import FlaskForm

from ...authentication import accounts_here
from ...authentication.access import public
from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from .. import lost_factors
from ..models import FactorRecovery
from ..refusals import LinkExpired, RecoveryOpen, TooManyRecoveries
from . import asking
from .signed_out import forget_sign_in

blueprint = Blueprint("account_lost_factors", __name__)


@blueprint.route("/recover", methods=["GET", "POST"])
@public
def ask() -> ResponseReturnValue:
    """The page that mails a link; it answers the same whether anybody has the address."""
    page, sent = "account/recover.html", "account/recovery_sent.html"
    return asking.answer(lost_factors.ask_for_recovery, page, sent, wait=settings.recovery_wait)


@blueprint.route("/recover/<token>", methods=["GET", "POST"])
@public
def follow(token: str) -> ResponseReturnValue:
    """The page behind a link: that of the first email begins the wait, that of the last one ends it."""
    form = FlaskForm()
    try:
        if _is_over(token):
            return _complete(token, form)
        user = lost_factors.find_asked(token)
        if form.validate_on_submit():
            recovery = lost_factors.begin(token)
            db.session.commit()
            _tell_begun(recovery)
            return redirect(url_for("authentication_login.sign_in"), 303)
    except LinkExpired:
        db.session.rollback()
        return render_template("account/link_expired.html", purpose="recover"), 410
    except RecoveryOpen:
        db.session.rollback()
        form.form_errors.append(_("The wait has begun already. We mail you a link when it is over."))
    except TooManyRecoveries:
        db.session.rollback()
        form.form_errors.append(
            _("This was begun three times within a month. Please write to the people who run this portal.")
        )
    page = render_template("account/recovery_begin.html", form=form, user=user, wait=settings.recovery_wait)
    return page, status_of(form)


@blueprint.route("/recover/cancel/<token>", methods=["GET", "POST"])
@public
def cancel(token: str) -> ResponseReturnValue:
    """The page behind the link in each notice: its button cancels the wait, whoever is signed in here."""
    form = FlaskForm()
    try:
        user = lost_factors.find_cancelled(token)
        if form.validate_on_submit():
            lost_factors.cancel_by_link(token)
            db.session.commit()
            flash(_("Cancelled. All second factors of the account stay as they are."), "ok")
            return redirect(url_for("authentication_login.sign_in"), 303)
    except LinkExpired:
        db.session.rollback()
        return render_template("account/link_expired.html", purpose="cancel_recovery"), 410
    return render_template("account/recovery_cancel.html", form=form, user=user), status_of(form)


@blueprint.post("/account/security/recovery/cancel")
def cancel_here() -> ResponseReturnValue:
    """Cancel the wait from a browser that is signed in to the account."""
    if lost_factors.cancel(current_user, by=current_user.id):
        flash(_("Cancelled. All your second factors stay as they are."), "ok")
    db.session.commit()
    return redirect(url_for("account_security.show"), 303)


def _tell_begun(recovery: FactorRecovery) -> None:
    ends = format_datetime(recovery.ends_at, "long")
    flash(
        _(
            "The wait has begun and ends on %(ends)s. You will then get an email with a link that removes your second factors.",
            ends=ends,
        ),
        "ok",
    )
    flash(
        _(
            "If you find your phone, a recovery code or a passkey before then, sign in with it and cancel the wait."
        ),
        "info",
    )


def _is_over(token: str) -> bool:
    try:
        lost_factors.find_ended(token)
    except LinkExpired:
        return False
    return True


def _complete(token: str, form: FlaskForm) -> ResponseReturnValue:
    user = lost_factors.find_ended(token)
    if not form.validate_on_submit():
        return render_template("account/recovery_end.html", form=form, user=user), status_of(form)
    here = accounts_here.find_account(user.id)
    lost_factors.complete(token)
    another = forget_sign_in(here)
    db.session.commit()
    flash(_("Your second factors are removed. Please sign in with your password and set up new ones."), "ok")
    return redirect(url_for("authentication_login.sign_in", another=another), 303)
