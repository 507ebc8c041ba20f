"""A code, after the right password or once more: what a password alone does not open."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired

from ...extensions import db
from ...form_owners import for_any_account
from ...forms import status_of
from .. import accounts_here, browser, next_page, second_step
from ..access import public
from ..factors import codes
from ..kept_cookies import key_of
from ..methods import ONE_TIME_CODE, SEVERAL
from ..refusals import InvalidCredentials, SecondStepOver, TooManyTries
from ..second_factors import needs_second_factor
from ..step_up import confirm_code
from .refused import refuse_beside

blueprint = Blueprint("authentication_verify", __name__)


class CodeForm(FlaskForm):
    """A code of the app, or a recovery code."""

    code = StringField(_l("Code"), [InputRequired(_l("Please enter a code."))])


@blueprint.route("/login/verify", methods=["GET", "POST"])
@public
@for_any_account
def verify() -> Response:
    """The page of the second step of a sign-in; somebody signed in proves once more that they have the factor."""
    return _go_on() if _is_of_sign_in() else _prove_again()


def _is_of_sign_in() -> bool:
    """Whether this is about a sign-in that waits, though others may be signed in here: the forms say so themselves."""
    if "account" in request.args:
        return False
    return accounts_here.is_for_another() or second_step.is_waiting() or not current_user.is_authenticated


def _go_on() -> Response:
    if not second_step.is_waiting():
        return _start_again(second_step.has_expired())
    try:
        return _ask(_complete, another=accounts_here.for_another())
    except SecondStepOver:
        return _start_again(has_expired=True)


@accounts_here.as_named
def _prove_again() -> Response:
    if needs_second_factor(current_user):
        return _ask(confirm_code, again=True, account=key_of(current_user.id))
    if accounts_here.is_active():
        return redirect(url_for("authentication_totp.set_up", next=_next()))
    name = current_user.shown_name
    flash(_("%(name)s has no second factor yet. Switch to this account to set one up.", name=name), "info")
    return redirect(url_for("authentication_accounts.choose", next=_next()), 303)


def _ask(check: Callable[[str], None], *, again: bool = False, **query: str | None) -> Response:
    form = CodeForm()
    status, headers = status_of(form), dict[str, str]()
    if form.validate_on_submit():
        try:
            check(form.code.data or "")
        except (InvalidCredentials, TooManyTries) as refusal:
            db.session.commit()  # the try counts
            status, headers = refuse_beside(form.code, refusal)
        else:
            db.session.commit()
            return redirect(browser.destination(request.script_root + "/account"), 303)
    page = render_template(
        "authentication/verify.html",
        form=form,
        carried=next_page.carried(**query),
        again=again,
        waiting_app=g.get("waiting_app"),
        has_passkey=_has_passkey(again),
    )
    return make_response(page, status, headers)


def _complete(typed: str) -> None:
    step = second_step.pending()
    proof = codes.find_proof(step.user, typed)
    if proof is None:
        second_step.refuse(step)
    second_step.complete(step, ONE_TIME_CODE, SEVERAL, use=partial(codes.use, proof=proof))
    codes.tell_use(step.user, proof)


def _has_passkey(again: bool) -> bool:
    """Whether the person whose code is asked for can use a passkey instead."""
    try:
        user = current_user if again else second_step.pending().user
    except SecondStepOver:
        return False
    return user.passkey_at is not None


def _start_again(has_expired: bool) -> Response:
    second_step.forget()
    if has_expired:
        flash(_("Your password counts for ten minutes only. Please sign in again."), "info")
    return redirect(
        url_for("authentication_login.sign_in", another=accounts_here.for_another(), next=_next()), 303
    )


def _next() -> str | None:
    return browser.safe_next(request.args.get("next"))
