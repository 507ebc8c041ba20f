"""The page that makes the first administrator."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from ...authentication import browser
from ...authentication.access import public
from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from ...languages import picked
from ...network_limits import LimitReached
from ...users.passwords import HashingBusy
from .. import setup
from ..refusals import LinkExpired
from ..registration import send_verification
from ..wording import REFUSALS, tell
from . import limited
from .registration import RegistrationForm

blueprint = Blueprint("account_setup", __name__)


class SetupForm(RegistrationForm):
    """What the first administrator needs, who may be called so."""

    def check_freely_chosen(self, username: str) -> None:
        """Let any name pass."""


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@public
def create_administrator(token: str) -> ResponseReturnValue:
    """The page behind the link of the first start; it works once, and only while nobody administers the portal."""
    form = SetupForm()
    status, headers = status_of(form), dict[str, str]()
    try:
        setup.check_setup_link(token)
        if form.validate_on_submit():
            _create_administrator(token, form)
            flash(_("The portal is yours. Welcome."), "ok")
            return redirect(url_for("site_home.account"), 303)
    except LinkExpired:
        db.session.rollback()
        return render_template("account/link_expired.html", purpose="setup"), 410
    except REFUSALS as refusal:
        db.session.rollback()
        tell(form, refusal)
    except (LimitReached, HashingBusy) as error:
        status, headers = limited.refuse(form, error)
    return render_template("account/setup.html", form=form), status, headers


def _create_administrator(token: str, form: RegistrationForm) -> None:
    user = setup.create_administrator(
        token, form.username.data or "", form.email.data or "", form.password.data or "", locale=picked()
    )
    send_verification(user, issuer=settings.issuer, locale=str(get_locale()))
    browser.adopt(user)
    db.session.commit()
