"""What a person tells about themselves."""

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField, TelField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import Length

from ... import languages, network_limits
from ...database.rows import db
from ...forms import status_of
from ...network_limits import PICTURES, LimitReached
from ...users import pictures
from ...users.countries import list_countries
from ...users.models import LONGEST_NAME, LONGEST_PART_OF_NAME
from ...users.person_fields import PROFILE
from ...users.phone_numbers import for_reading
from ...users.picture_files import LARGEST
from .. import profile
from ..wording import REFUSALS, tell
from . import limited

blueprint = Blueprint("account_profile", __name__)


def _trimmed(text: str | None) -> str:
    return (text or "").strip()


_shorter_than_half = Length(max=LONGEST_PART_OF_NAME, message=_l("Please use at most 99 characters."))


class ProfileForm(FlaskForm):
    """The profile; everything may stay empty."""

    picture = FileField(_l("Picture"))
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


Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@blueprint.route("/account/profile", methods=["GET", "POST"])
def edit() -> Answer:
    """The page that changes the profile."""
    form = ProfileForm(obj=current_user)
    if not form.is_submitted():
        form.mobile.data = for_reading(current_user.mobile)
    countries = list_countries(str(get_locale()))
    form.country.choices = [
        SelectChoice("", _("I would rather not say")),
        *(SelectChoice(code, name) for code, name in countries),
    ]
    return _save(form) if form.validate_on_submit() else _page(form)


@blueprint.post("/account/profile/picture/remove")
def remove_picture() -> Response:
    """Remove the picture."""
    removed = pictures.remove_picture(current_user, by=current_user.id)
    db.session.commit()
    if removed:
        flash(_("Your picture is removed. Browsers and apps that have seen it may show it for a day."), "ok")
    return redirect(url_for("account_profile.edit"), 303)


def _save(form: ProfileForm) -> Answer:
    file = form.picture.data
    try:
        if file:
            network_limits.count(PICTURES, request.remote_addr)
        told = {column: form[column].data or "" for column in PROFILE}
        profile.change_profile(current_user, told, file.read() if file else None)
    except LimitReached as reached:
        return _page(form, *limited.refuse(form, reached))
    except REFUSALS as refusal:
        db.session.rollback()
        tell(form, refusal)
        return _page(form)
    db.session.commit()
    g.locale_choice = form.locale.data
    with force_locale(form.locale.data or str(get_locale())):
        flash(_("Your profile is saved."), "ok")
    return redirect(url_for("account_profile.edit"), 303)


def _page(form: ProfileForm, status: int | None = None, headers: dict[str, str] | None = None) -> Answer:
    if form.picture.data and not form.picture.errors:
        form.picture.errors = [_("Please choose the picture once more: no page can keep a file for you.")]
    page = render_template("account/profile.html", form=form, largest=LARGEST)
    return page, status or status_of(form), headers or {}
