"""The person's yes to signing out, at its own CSRF-protected address; the request is read again from the query."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, redirect, request

from ...authentication import leaving
from ...authentication.access import public
from ...form_owners import for_any_account
from ..logout.signing_out import leave, signing_out

blueprint = Blueprint("oauth_logout_confirmation", __name__)


@blueprint.post("/oauth/logout/confirm")
@public
@for_any_account
def confirm() -> Any:
    """Sign out the account that is named, or all; who already was is led on just the same."""
    named = request.form.get("account")
    return signing_out(lambda: request.args, lambda asked: leave(asked, leaving.list_meant(named)))


@blueprint.get("/oauth/logout/confirm")
@public
def ask_again() -> Any:
    """Back to the question, for a reader who changed the language or came here by history."""
    return redirect(f"/oauth/logout?{urlencode(list(request.args.items(multi=True)))}", 303)
