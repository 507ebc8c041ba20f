"""Asking once more for the email that confirms the address."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from ...database.rows import db
from ...extensions import settings
from ...users.models import User
from ...users.refusals import AmbiguousEmail
from ..registration import ask_for_verification
from ..wording import in_words

blueprint = Blueprint("account_verification", __name__)


@blueprint.post("/account/verification")
def send_again() -> Response:
    """Mail the link that confirms the address once more."""
    told, kind = send_confirmation_again(current_user)
    flash(told, kind)
    page = "account_email_change.edit" if kind == "danger" else "site_home.account"
    return redirect(url_for(page), 303)


def send_confirmation_again(user: User) -> tuple[str, str]:
    """Mail ``user`` the link that confirms the address, and commit; what to say of it, and of which kind that is."""
    try:
        sent = ask_for_verification(
            user, ip=request.remote_addr, issuer=settings.issuer, locale=str(get_locale())
        )
    except AmbiguousEmail as refusal:
        return in_words(refusal)[1], "danger"
    db.session.commit()
    if sent:
        return _("The email is on its way. Please open it and confirm your address."), "ok"
    return _("There is nothing to send: the address is confirmed, or an email is just on its way."), "warn"
