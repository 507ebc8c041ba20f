"""Creating an account."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.wrappers import Response
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import InputRequired, ValidationError

from ...authentication import accounts_here, browser
from ...authentication.access import public
from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from ...languages import picked
from ...network_limits import REGISTRATION_FORMS, LimitReached
from ...network_limits import count as count_for_network
from ...users import unique_names
from ...users.names import check_email, check_username
from ...users.passwords import HashingBusy, check_new_password
from ...users.refusals import EmailTaken
from ...users.reserved_names import refuse_reserved
from .. import registration
from ..refusals import InvitationNeeded, RegistrationClosed
from ..wording import REFUSALS, tell, told_beside_field
from . import limited

blueprint = Blueprint("account_registration", __name__)


class RegistrationForm(FlaskForm):
    """What a new account needs."""

    username = StringField(_l("Username"), [InputRequired(_l("Please choose a username."))])
    email = EmailField(_l("Email address"), [InputRequired(_l("Please enter your email address."))])
    password = PasswordField(_l("Password"), [InputRequired(_l("Please choose a password."))])

    def validate(self, extra_validators: Any = None) -> bool:
        """Check all fields, a form at fault too, once it is counted: answers tell which names are taken. Raises LimitReached."""
        count_for_network(REGISTRATION_FORMS, request.remote_addr)
        return super().validate(extra_validators)

    # The rules check all of this again; asking here as well shows everything that is wrong at once.
    def validate_username(self, field: StringField) -> None:
        with told_beside_field():
            self.check_freely_chosen(field.data or "")
            unique_names.refuse_taken_username(check_username(field.data or ""))

    def check_freely_chosen(self, username: str) -> None:
        """Refuse what only administrators give."""
        refuse_reserved(username)

    def validate_email(self, field: EmailField) -> None:
        try:
            with told_beside_field(but=EmailTaken):
                unique_names.refuse_taken_email(check_email(field.data or ""))
        except EmailTaken:
            raise ValidationError(_taken()) from None

    def validate_password(self, field: PasswordField) -> None:
        with told_beside_field():
            check_new_password(field.data or "", self.username.data, self.email.data)


@blueprint.route("/register", methods=["GET", "POST"])
@public
def register() -> Response | tuple[str, int, dict[str, str]]:
    """The page that creates an account and signs in to it."""
    if current_user.is_authenticated and not accounts_here.is_for_another():
        return redirect(browser.destination(url_for("site_home.account")))
    accounts_here.check_room()
    try:
        invited = registration.check_may_register(settings.registration, request.args.get("invite"))
    except (RegistrationClosed, InvitationNeeded) as refusal:
        needed = isinstance(refusal, InvitationNeeded)
        return render_template("account/registration_closed.html", invitation_needed=needed), 403, {}
    form = RegistrationForm(**({"email": invited} if invited else _hinted()))
    headers: dict[str, str] = {}
    try:
        if (form.validate_on_submit() and _create_account(form)) or _was_just_sent(form):
            flash(_("Welcome. We have sent you an email: please open it and confirm your address."), "ok")
            return redirect(browser.destination(url_for("site_home.account")), 303)
        status = status_of(form)
    except (LimitReached, HashingBusy) as error:
        status, headers = limited.refuse(form, error)
    page = render_template(
        "account/register.html",
        form=form,
        is_late=invited is None and "invite" in request.args,
        terms_url=settings.terms_url,
        privacy_url=settings.privacy_url,
    )
    return page, status, headers


def _hinted() -> dict[str, str]:
    """Return whom an app expects here by ``login_hint``: their address, or else their username."""
    hint = g.get("login_hint")
    return {"email" if "@" in hint else "username": hint} if hint else {}


def _was_just_sent(form: RegistrationForm) -> bool:
    """Whether a copy of this form, sent by a second click, has made the account; then sign in to it."""
    if not form.is_submitted():
        return False
    sent = form.username.data or "", form.email.data or "", form.password.data or ""
    user = registration.find_repeated(*sent, ip=request.remote_addr)
    if user is not None:
        browser.adopt(user)
    db.session.commit()
    return user is not None


def _taken() -> Markup:
    words = _("This email address is taken. If it is yours, please sign in.")
    onward = browser.safe_next(request.args.get("next"))
    url = url_for("authentication_login.sign_in", another=accounts_here.for_another(), next=onward)
    return Markup('{} <a href="{}">{}</a>').format(words, url, _("Sign in"))


def _create_account(form: RegistrationForm) -> bool:
    try:
        user = registration.register(
            form.username.data or "",
            form.email.data or "",
            form.password.data or "",
            mode=settings.registration,
            invitation=request.args.get("invite"),
            locale=picked(),
            ip=request.remote_addr,
        )
    except REFUSALS as refusal:
        db.session.rollback()
        tell(form, refusal)
        return False
    registration.send_verification(user, issuer=settings.issuer, locale=str(get_locale()))
    browser.adopt(user)
    db.session.commit()
    return True
