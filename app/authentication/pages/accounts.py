"""Which account is active in this browser, and a form that was written for another one."""

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ... import expired_forms, fetch_metadata
from ...extensions import db
from ...form_owners import FormOfAnother, for_any_account
from ...forms import REFUSED
from .. import accounts_here, browser, kept_forms, next_page
from ..access import public
from ..browser_cookies import MOST_ACCOUNTS
from ..refusals import BrowserFull

blueprint = Blueprint("authentication_accounts", __name__)

OTHER = "other"  # the account that is not there yet


@blueprint.route("/login/accounts", methods=["GET", "POST"])
@public
@for_any_account
def choose() -> Response:
    """Who is signed in in this browser; the button of an account makes it the active one."""
    here, onward = accounts_here.list_accounts(), browser.safe_next(request.args.get("next"))
    if request.form.get("account") == OTHER:
        return redirect(url_for("authentication_login.sign_in", another="1", next=onward), 303)
    if not here:
        return redirect(url_for("authentication_login.sign_in", next=onward), 303)
    chosen = accounts_here.find_account(request.form.get("account"))
    if chosen is not None:
        browser.switch_to(chosen)
        return redirect(browser.destination(request.script_root + "/account"), 303)
    is_sent = request.method == "POST"
    page = render_template(
        "authentication/accounts.html",
        accounts=here,
        carried=next_page.carried(),
        is_full=len(here) >= MOST_ACCOUNTS,
        most=MOST_ACCOUNTS,
        is_gone=is_sent,
    )
    return make_response(page, REFUSED if is_sent else 200)


@blueprint.app_errorhandler(BrowserFull)
def _say_full(_error: BrowserFull) -> Response:
    """Lead whoever signs in to a sixth account to where one can be signed out."""
    db.session.rollback()
    onward = browser.safe_next(request.args.get("next"))
    return redirect(url_for("authentication_accounts.choose", next=onward), 303)


@blueprint.app_errorhandler(FormOfAnother)
def _refuse_form(_error: FormOfAnother) -> Response:
    """Say whose form it was, and lead back to that account with what was typed."""
    owner, page = accounts_here.find_owner(), expired_forms.page_of_form()
    if owner is not None and fetch_metadata.is_same_origin():
        kept_forms.keep(page, owner.user.id)
    answer = render_template(
        "authentication/other_account.html",
        owner=owner.user if owner else None,
        person=current_user,
        page=page,
    )
    # A form with neither a token of this browser nor an account of it was perhaps never written here.
    return make_response(answer, 409 if owner or g.get("csrf_valid") else 400)
