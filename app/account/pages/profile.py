"""What a person tells about themselves."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import EmailField, SelectField, StringField, TelField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import InputRequired, Length

from ... import languages
from ...authentication.access import has_recent_sign_in
from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from ...network_limits import LimitReached
from ...users.countries import list_countries
from ...users.models import LONGEST_NAME
from ...users.names import fold
from ...users.person_fields import PROFILE
from ...users.phone_numbers import for_reading
from .. import profile
from ..wording import REFUSALS, tell
from . import limited

blueprint = Blueprint("account_profile", __name__)


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


class ProfileForm(FlaskForm):
    """The profile; everything but the address may stay empty."""

    name = StringField(
        _l("Name"), [Length(max=LONGEST_NAME, message=_l("Please use at most 200 characters."))], [_trimmed]
    )
    email = EmailField(
        _l("E-mail address"), [InputRequired(_l("Please enter your e-mail address."))], [_trimmed]
    )
    mobile = TelField(_l("Mobile number"), filters=[_trimmed])
    country = SelectField(_l("Country"), filters=[_trimmed])
    locale = SelectField(
        _l("Language"),
        choices=[
            SelectChoice("", _l("The language of my browser")),
            *(SelectChoice(code, name) for code, name in languages.NAMES.items()),
        ],
        filters=[_trimmed],
    )


@blueprint.route("/account/profile", methods=["GET", "POST"])
def edit() -> Response | tuple[str, int, dict[str, str]]:
    """The page that changes the profile; another address needs a recent sign-in and is confirmed by mail."""
    form = ProfileForm(obj=current_user)
    if not form.is_submitted():
        form.mobile.data = for_reading(current_user.mobile)
    countries = list_countries(str(get_locale()))
    form.country.choices = [
        SelectChoice("", _("I would rather not say")),
        *(SelectChoice(code, name) for code, name in countries),
    ]
    headers: dict[str, str] = {}
    try:
        if form.validate_on_submit() and _may_change_email(form) and _save(form):
            return _saved(form)
        status = status_of(form)
    except LimitReached as reached:
        db.session.rollback()
        status, headers = limited.refuse(form, reached)
    page = render_template("account/profile.html", form=form, may_change_email=has_recent_sign_in())
    return page, status, headers


def _saved(form: ProfileForm) -> Response:
    locale = form.locale.data or str(get_locale())
    g.locale_choice = form.locale.data
    with force_locale(locale):
        flash(_("Your profile is saved."), "ok")
    return redirect(url_for("account_profile.edit"), 303)


def _may_change_email(form: ProfileForm) -> bool:
    """Whose browser was left open must not have the account carried away by another address."""
    if fold(form.email.data or "") == current_user.email_key or has_recent_sign_in():
        return True
    form.email.errors = [_("To change the address, please confirm your password first.")]
    return False


def _save(form: ProfileForm) -> bool:
    try:
        changed = profile.change_email(
            current_user,
            form.email.data or "",
            ip=request.remote_addr,
            issuer=settings.issuer,
            locale=str(get_locale()),
        )
        profile.change_profile(current_user, {column: form[column].data or "" for column in PROFILE})
    except REFUSALS as refusal:
        db.session.rollback()
        tell(form, refusal)
        return False
    db.session.commit()
    if changed:
        flash(_("We have sent a mail to your new address: please open it and confirm the address."), "ok")
    return True
