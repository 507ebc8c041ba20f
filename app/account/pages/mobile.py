"""Confirming one's mobile number."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import InputRequired

from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from ...notifications.sms import is_available
from ...users.phone_numbers import for_reading
from .. import mobile
from ..refusals import CodeExpired, CodeWrong, CountryNotServed, EmailNotConfirmed, NothingToConfirm
from ..wording import NO_MESSAGE, why_no_message

blueprint = Blueprint("account_mobile", __name__)


class CodeForm(FlaskForm):
    """The code as somebody reads it off a telephone, spaces and all."""

    code = StringField(
        _l("Code"),
        [InputRequired(_l("Please enter the code from the text message."))],
        [lambda text: "".join((text or "").split())],
    )


@blueprint.route("/account/profile/mobile", methods=["GET", "POST"])
def confirm() -> Response | tuple[str, int]:
    """The page that sends a code to the number of the profile and takes it."""
    form = CodeForm()
    if form.validate_on_submit() and _confirm(form):
        flash(_("Thank you. Your mobile number is confirmed."), "ok")
        return redirect(url_for("account_profile.edit"), 303)
    page = render_template(
        "account/mobile.html",
        form=form,
        number=for_reading(current_user.mobile),
        obstacle=_obstacle(),
        sent=mobile.is_code_open(current_user),
    )
    return page, status_of(form)


@blueprint.post("/account/profile/mobile/code")
def send_code() -> Response:
    """A code on its way, or a word on why not."""
    try:
        if not is_available(settings):
            raise NothingToConfirm
        mobile.send_code(
            current_user,
            ip=request.remote_addr,
            issuer=settings.issuer,
            locale=str(get_locale()),
            countries=settings.sms_countries,
            budget=settings.sms_daily_budget,
        )
        db.session.commit()
        flash(_("The code is on its way to %(number)s.", number=for_reading(current_user.mobile)), "ok")
    except tuple(NO_MESSAGE) as refusal:
        flash(why_no_message(refusal), "warn")
    return redirect(url_for("account_mobile.confirm"), 303)


def _obstacle() -> str | None:
    """Why no code can be sent to the number of the profile, whenever it is asked for."""
    try:
        mobile.number_to_confirm(current_user, settings.sms_countries)
    except (CountryNotServed, EmailNotConfirmed) as refusal:
        return why_no_message(refusal)
    except NothingToConfirm:
        reachable = False
    else:
        reachable = is_available(settings)
    number = for_reading(current_user.mobile)
    return None if reachable else _("No text message can be sent to %(number)s.", number=number)


def _confirm(form: CodeForm) -> bool:
    try:
        mobile.confirm(current_user, form.code.data or "")
    except CodeWrong:
        db.session.commit()
        form.code.errors = [_("This is not the code that we sent. Please check it.")]
        return False
    except CodeExpired:
        db.session.rollback()
        form.code.errors = [_("This code is no longer valid. Please ask for another one.")]
        return False
    db.session.commit()
    return True
