"""Signing in."""

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired

from ... import expired_forms
from ...audit import EventKind, refused_requests
from ...extensions import db, metrics
from ...form_owners import for_any_account
from ...forms import status_of
from ...process.metric_families import FORMS_REFUSED
from ...users.models import User
from ...users.passwords import HashingBusy
from .. import accounts_here, browser, known_browsers, next_page, second_step
from ..access import public
from ..arrival import let_in
from ..lifetimes import Stay
from ..methods import PASSWORD
from ..refusals import InvalidCredentials, TooManyTries
from ..second_factors import needs_second_factor
from ..sign_in import authenticate
from ..wording import why_busy, why_refused
from .refused import status_and_headers

blueprint = Blueprint("authentication_login", __name__)

INVITATIONS = "/dashboard/teams/invitations/"  # what an email leads to


class SignInForm(FlaskForm):
    """Who comes in, and how long the browser keeps it."""

    username = StringField(
        _l("Username or email address"), [DataRequired(_l("Please enter your username or email address."))]
    )
    password = PasswordField(_l("Password"), [InputRequired(_l("Please enter your password."))])
    remember = BooleanField(_l("Stay signed in"))
    ephemeral = BooleanField(_l("Only here, only now"))


@blueprint.route("/login", methods=["GET", "POST"])
@public
@for_any_account
def sign_in() -> Response:
    """The sign-in page; somebody already signed in goes on at once, unless another account is to join."""
    onward = browser.destination(request.script_root + "/account")
    elsewhere = _without_sign_in(onward)
    if elsewhere is not None:
        return elsewhere
    form = SignInForm(username=g.get("login_hint"))
    if not form.validate_on_submit():
        return _sign_in_page(form, status_of(form))
    try:
        user = authenticate(
            form.username.data or "",
            form.password.data or "",
            address=request.remote_addr or "",
            counter_of=known_browsers.counter_of,
        )
    except (InvalidCredentials, TooManyTries) as refusal:
        db.session.commit()
        return _refused(form, refusal)
    except HashingBusy as busy:
        return _busy(form, busy)
    stay = Stay.chosen(remember=form.remember.data, ephemeral=form.ephemeral.data)
    return _go_on(user, onward, stay)


@blueprint.errorhandler(CSRFError)
def _start_again(_error: CSRFError) -> Response:
    """The form once more, with what was typed: in another tab somebody signed in or out since it was opened."""
    metrics.count(FORMS_REFUSED)
    refused_requests.note(EventKind.FORM_REFUSED)
    onward = browser.destination(request.script_root + "/account")
    elsewhere = _without_sign_in(onward)
    if elsewhere is not None:
        return elsewhere
    form = SignInForm(request.form)  # what was sent may be no form at all
    late = _("This page was open for too long. Please sign in again.")
    form.form_errors.append(expired_forms.without_cookies() or late)
    return _sign_in_page(form, 400)


def _without_sign_in(onward: str) -> Response | None:
    """Where to go without one: on, or to the accounts of this browser where none of them is active."""
    if accounts_here.is_for_another():
        accounts_here.check_room()
        return None
    if current_user.is_authenticated:
        return redirect(onward, 303)
    if not accounts_here.list_accounts():
        return None
    asked = browser.safe_next(request.args.get("next"))
    return redirect(url_for("authentication_accounts.choose", next=asked), 303)


def _go_on(user: User, onward: str, stay: Stay) -> Response:
    """Let in who gave the right password, or ask them for a second factor first."""
    if needs_second_factor(user):
        second_step.begin(user, stay=stay)
        onward = second_step_page()
    else:
        let_in(user, methods=PASSWORD, stay=stay)
    db.session.commit()
    return redirect(onward, 303)


def second_step_page() -> str:
    """Where a sign-in that has begun goes on, beside the accounts that are here where it is for another one."""
    return url_for("authentication_verify.verify", **next_page.carried(another=accounts_here.for_another()))


def _refused(form: SignInForm, refusal: InvalidCredentials | TooManyTries) -> Response:
    form.form_errors.append(why_refused(refusal, with_name=True))
    status, headers = status_and_headers(refusal)
    response = _sign_in_page(form, status)
    response.headers.extend(headers)
    return response


def _busy(form: SignInForm, busy: HashingBusy) -> Response:
    form.form_errors.append(why_busy())
    response = _sign_in_page(form, 503)
    response.headers["Retry-After"] = str(busy.seconds)
    return response


def _sign_in_page(form: SignInForm, status: int) -> Response:
    onward = (browser.safe_next(request.args.get("next")) or "").removeprefix(request.script_root)
    page = render_template(
        "authentication/login.html",
        form=form,
        carried=next_page.carried(another=accounts_here.for_another()),
        others=[account.user for account in accounts_here.list_accounts()],
        waiting_app=g.get("waiting_app"),
        for_developers=onward.startswith("/dashboard/") and not onward.startswith(INVITATIONS),
        is_invited=onward.startswith(INVITATIONS),
    )
    return make_response(page, status)
