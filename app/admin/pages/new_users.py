"""New people: an account that an administrator makes, or the people of an older service from a file."""

from io import TextIOWrapper
from typing import cast

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response
from wtforms import BooleanField, EmailField, StringField
from wtforms.validators import InputRequired

from ...account import new_people
from ...account.wording import REFUSALS, told_beside_field
from ...authentication.access import has_recent_sign_in, recent_sign_in
from ...connections.limits import FILE_LIMIT
from ...database.rows import db
from ...extensions import settings
from ...forms import REFUSED, status_of
from ...users import importing
from ...users.names import check_email, check_username
from . import people_files
from .new_user_words import tell_refusal
from .people_files import PeopleForm

blueprint = Blueprint("admin_new_users", __name__)

MOST_TOLD = 100  # bad lines on the page; who has more mends the first and sends the file again


class PersonForm(FlaskForm):
    """What a new account needs."""

    username = StringField(_l("Username"), [InputRequired(_l("Please choose a username."))])
    email = EmailField(_l("Email address"), [InputRequired(_l("Please enter the person's email address."))])
    admin = BooleanField(_l("Administrator"))

    # The rules check this again; asking here as well shows everything that is wrong at once.
    def validate_username(self, field: StringField) -> None:
        with told_beside_field():
            check_username(field.data or "")

    def validate_email(self, field: EmailField) -> None:
        with told_beside_field():
            check_email(field.data or "")


@blueprint.route("/admin/users/new", methods=["GET", "POST"])
@recent_sign_in
def new() -> ResponseReturnValue:
    """Make an account for somebody, or import those of a file."""
    if "file" in request.files:
        return _import()
    form = PersonForm()
    if not form.validate_on_submit():
        return _page(form, PeopleForm(formdata=None))
    try:
        user, is_mailed = new_people.create(
            form.username.data or "",
            form.email.data or "",
            is_admin=form.admin.data,
            by=current_user.id,
            locale=settings.default_locale,
        )
    except REFUSALS as refusal:
        db.session.rollback()
        tell_refusal(form, refusal)
        return _page(form, PeopleForm(formdata=None))
    db.session.commit()
    if is_mailed:
        flash(_("The account is there, and a link to choose a password is on its way to its owner."), "ok")
    else:
        flash(_("The account is there. This address had many emails lately: send the link later."), "warn")
    return redirect(url_for("admin_users.show", user_id=user.id), 303)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say beside the field that the file is too large; nobody has read it, nor who sends it."""
    if not (current_user.is_authenticated and current_user.is_admin and has_recent_sign_in()):
        return cast("Response", current_app.error_handler_spec[None][None][HTTPException](error))
    form = PeopleForm(formdata=None)
    most = FILE_LIMIT // 1024**2
    text = _(
        "This file is larger than %(most)d MB. Please cut it into several, or import it with “flask user import”.",
        most=most,
    )
    form.file.errors = [text]
    page, _status = _page(PersonForm(formdata=None), form)
    return page, 413


def _import() -> ResponseReturnValue:
    form = PeopleForm()
    sent = form.file.data
    if not form.validate_on_submit() or not sent or not sent.filename:
        form.file.errors = [_("Please choose a file.")]
        return _page(PersonForm(formdata=None), form)
    with importing.Staging() as staging:
        try:
            importing.check(
                TextIOWrapper(sent.stream, encoding="utf-8", errors="surrogateescape", newline=""), staging
            )
            imported = people_files.take_over(staging, form, current_user.id)
        except importing.FileRefused as refusal:
            form.file.errors = [_("Nobody is imported: %(why)s.", why=refusal)]
            return _page(PersonForm(formdata=None), form)
        if imported is None:
            return _page(PersonForm(formdata=None), form, staging)
        db.session.commit()
        people_files.tell(imported, [line for line, _problems in staging.bad()])
    return redirect(url_for("admin_users.index"), 303)


def _page(
    person: PersonForm, people: PeopleForm, staging: importing.Staging | None = None
) -> tuple[str, int]:
    bad = [] if staging is None else list(staging.bad(MOST_TOLD))
    page = render_template(
        "admin/users/new.html",
        form=person,
        people=people,
        bad=bad,
        bad_in_all=0 if staging is None else staging.count_bad(),
        required=importing.REQUIRED,
        optional=importing.OPTIONAL,
        most_megabytes=FILE_LIMIT // 1024**2,
        cannot_mail=settings.app_env == "production" and settings.mail_url is None,
    )
    return page, REFUSED if people.file.errors else status_of(person)
