"""What a person tells about themselves."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TelField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import Length

from ... import languages
from ...database.rows import db
from ...forms import status_of
from ...users.countries import list_countries
from ...users.models import LONGEST_NAME, LONGEST_PART_OF_NAME
from ...users.person_fields import PROFILE
from ...users.phone_numbers import for_reading
from .. import profile
from ..wording import REFUSALS, tell

blueprint = Blueprint("account_profile", __name__)


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


_shorter_than_half = Length(max=LONGEST_PART_OF_NAME, message=_l("Please use at most 99 characters."))


class ProfileForm(FlaskForm):
    """The profile; everything may stay empty."""

    given_name = StringField(_l("Given name"), [_shorter_than_half], [_trimmed])
    family_name = StringField(_l("Family name"), [_shorter_than_half], [_trimmed])
    name = StringField(
        _l("Full name"),
        [Length(max=LONGEST_NAME, message=_l("Please use at most 200 characters."))],
        [_trimmed],
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
def edit() -> Response | tuple[str, int]:
    """The page that changes the profile."""
    form = ProfileForm(obj=current_user)
    if not form.is_submitted():
        form.mobile.data = for_reading(current_user.mobile)
    countries = list_countries(str(get_locale()))
    form.country.choices = [
        SelectChoice("", _("I would rather not say")),
        *(SelectChoice(code, name) for code, name in countries),
    ]
    if form.validate_on_submit() and _save(form):
        locale = form.locale.data or str(get_locale())
        g.locale_choice = form.locale.data
        with force_locale(locale):
            flash(_("Your profile is saved."), "ok")
        return redirect(url_for("account_profile.edit"), 303)
    return render_template("account/profile.html", form=form), status_of(form)


def _save(form: ProfileForm) -> bool:
    try:
        profile.change_profile(current_user, {column: form[column].data or "" for column in PROFILE})
    except REFUSALS as refusal:
        db.session.rollback()
        tell(form, refusal)
        return False
    db.session.commit()
    return True
