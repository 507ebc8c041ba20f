"""Signing out."""

from flask import Blueprint, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response

from ...audit import EventKind, record
from ...extensions import db
from ...form_owners import for_any_account, owner_of_form
from .. import accounts_here, browser
from ..access import public
from ..accounts_here import Account
from ..wording import say_signed_out

blueprint = Blueprint("authentication_logout", __name__)

ALL = "all"  # accounts of this browser


@blueprint.post("/logout")
@public
@for_any_account
def sign_out() -> Response:
    """Sign out the account that is named, or else the one whose form this is; the others of this browser stay.

    Who already was, since the session was over, hears the same.
    """
    gone = accounts_here.list_accounts() if request.form.get("account") == ALL else _accounts_meant()
    for account in gone:
        record(EventKind.SIGNED_OUT, user_id=account.user.id, actor_id=account.user.id)
        browser.leave(account)
    if not accounts_here.list_accounts():
        browser.leave()
    db.session.commit()
    now_as = current_user.shown_name if current_user.is_authenticated else None
    flash(say_signed_out([account.user.shown_name for account in gone], now_as), "ok")
    return redirect(browser.destination(request.script_root + "/"), 303)


def _accounts_meant() -> list[Account]:
    named = request.form.get("account")
    if named is None and owner_of_form() is None:
        meant = accounts_here.find_current()
    else:
        meant = accounts_here.find_account(named) if named is not None else accounts_here.find_owner()
    return [meant] if meant is not None else []
