"""Registration tokens: with which programs register themselves as apps, where DYNAMIC_REGISTRATION is “token”."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import InputRequired, Length

from ...authentication.access import recent_sign_in
from ...clients.dynamic import initial_tokens
from ...clients.dynamic.models import RegistrationToken
from ...crypto import Undecryptable
from ...database.rows import db
from ...extensions import settings, vault
from ...forms import status_of
from ...users.directory import usernames
from .listing import read_page

blueprint = Blueprint("admin_registration_tokens", __name__)

LIFETIMES = {
    "1": _l("1 day"),
    "7": _l("7 days"),
    "30": _l("30 days"),
    "365": _l("1 year"),
    "never": _l("Until somebody ends it"),
}
_FRESH = "fresh_registration_token"  # in the session: sealed, for the page that follows


class TokenForm(FlaskForm):
    """What the token is for, and for how long."""

    name = StringField(
        _l("What it is for"),
        [
            InputRequired(_l("Please say what the token is for.")),
            Length(max=initial_tokens.LONGEST_NAME, message=_l("The name may have up to 100 characters.")),
        ],
    )
    lifetime = SelectField(
        _l("Valid for"), choices=[SelectChoice(*each) for each in LIFETIMES.items()], default="7"
    )


@blueprint.route("/admin/apps/registration-tokens", methods=["GET", "POST"])
@recent_sign_in
def index() -> ResponseReturnValue:
    """The tokens, the newest first, one made just now in clear, and a form for another one."""
    form = TokenForm()
    if form.validate_on_submit():
        return _create(form)
    page = read_page(initial_tokens.select_tokens(), [RegistrationToken.id])
    return render_template(
        "admin/apps/registration_tokens.html",
        form=form,
        page=page,
        fresh=_take_fresh(),
        makers=usernames([token.created_by for token in page.entries]),
        is_valid=initial_tokens.is_valid,
        mode=settings.dynamic_registration,
        endpoint=f"{settings.issuer}/oauth/register",
    ), status_of(form)


@blueprint.post("/admin/apps/registration-tokens/<registration_token_id>/end")
@recent_sign_in
def end(registration_token_id: str) -> ResponseReturnValue:
    """End a token; the apps that it let register stay."""
    token = initial_tokens.find_token(registration_token_id)
    if token is None:
        abort(404)
    useful = initial_tokens.revoke_token(token, by=current_user.id)
    db.session.commit()
    if useful:
        flash(_("“%(name)s” has ended: nobody can register an app with it any more.", name=token.name), "ok")
    else:
        flash(_("There was nothing to do. Somebody may have been faster."), "warn")
    return redirect(url_for("admin_registration_tokens.index"), 303)


def _create(form: TokenForm) -> ResponseReturnValue:
    days = form.lifetime.data
    lifetime = None if days == "never" else timedelta(days=int(days))
    _token, text = initial_tokens.create_token(form.name.data or "", lifetime=lifetime, by=current_user.id)
    db.session.commit()
    session[_FRESH] = vault.encrypt(text, _place())
    return redirect(url_for("admin_registration_tokens.index"), 303)


def _take_fresh() -> str | None:
    sealed = session.pop(_FRESH, None)
    try:
        return vault.decrypt(sealed, _place()) if sealed else None
    except Undecryptable:
        return None


def _place() -> str:
    return f"session.{_FRESH}.{current_user.id}"
