"""The password once more, from somebody signed in, before something that matters."""

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired

from ...audit import EventKind, refused_requests
from ...extensions import db, metrics
from ...forms import status_of
from ...process.metric_families import FORMS_REFUSED
from .. import accounts_here, next_page
from ..refusals import InvalidCredentials, TooManyTries
from ..step_up import confirm_password
from .refused import refuse_beside

blueprint = Blueprint("authentication_reauthentication", __name__)


class PasswordForm(FlaskForm):
    """The password of somebody already signed in."""

    password = PasswordField(_l("Password"), [InputRequired(_l("Please enter your password."))])


@blueprint.route("/reauthenticate", methods=["GET", "POST"])
@accounts_here.as_named
def ask() -> Response:
    """The page that asks for the password and then leads on."""
    form = PasswordForm()
    status, headers = status_of(form), dict[str, str]()
    if form.validate_on_submit():
        try:
            confirm_password(form.password.data or "")
        except (InvalidCredentials, TooManyTries) as refusal:
            db.session.commit()  # the try counts
            status, headers = refuse_beside(form.password, refusal)
        else:
            db.session.commit()
            return redirect(next_page.destination(request.script_root + "/account"), 303)
    page = render_template(
        "authentication/reauthenticate.html",
        form=form,
        carried=next_page.carried(account=request.args.get("account")),
        waiting_app=g.get("waiting_app"),
    )
    return make_response(page, status, headers)


@blueprint.errorhandler(CSRFError)
def _start_again(_error: CSRFError) -> Response:
    """Show the page anew: in another tab somebody signed in or out since it was opened."""
    metrics.count(FORMS_REFUSED)
    refused_requests.note(EventKind.FORM_REFUSED)
    return redirect(request.script_root + request.full_path.rstrip("?"), 303)
