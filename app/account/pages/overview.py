"""The account at a glance."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from ...audit.trail import list_events
from ...audit.wording import tell
from ...authentication.sessions import list_sessions
from ...database.rows import db
from ...extensions import settings
from ...users.countries import country_name
from ...users.phone_numbers import for_reading
from ...users.refusals import AmbiguousEmail
from ..registration import ask_for_verification
from ..wording import in_words

blueprint = Blueprint("account_overview", __name__)

LATEST = 5


@blueprint.get("/account")
def show() -> str:
    """The page with who one is, where one is signed in, and what happened last."""
    return render_template(
        "account/overview.html",
        mobile=for_reading(current_user.mobile),
        country=country_name(current_user.country, str(get_locale())),
        platform={"android": "Android", "ios": "iOS"}.get(current_user.platform or ""),
        devices=list_sessions(current_user.id),
        events=[tell(event) for event in list_events(current_user.id, limit=LATEST)],
    )


@blueprint.post("/account/verification")
def send_verification_again() -> Response:
    """Mail the link that confirms the address once more."""
    try:
        sent = ask_for_verification(
            current_user, ip=request.remote_addr, issuer=settings.issuer, locale=str(get_locale())
        )
    except AmbiguousEmail as refusal:
        flash(in_words(refusal)[1], "danger")
        return redirect(url_for("account_profile.edit"), 303)
    db.session.commit()
    if sent:
        flash(_("The mail is on its way. Please open it and confirm your address."), "ok")
    else:
        flash(_("There is nothing to send: the address is confirmed, or a mail is just on its way."), "warn")
    return redirect(url_for("account_overview.show"), 303)
