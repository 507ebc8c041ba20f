"""Whose form it is: with several accounts in one browser, a form written for one must never act for another.

The CSRF token of a form says for whom the page was written, by a name that only we can make. So every form says it,
also one that a program fills in.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, g, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import Conflict

MARK = "~"  # between the token and the name; neither has it


class FormOfAnother(Conflict):
    """The form was written for another account than the one that is active now."""


View = TypeVar("View", bound=Callable[..., Any])


def for_any_account(view: View) -> View:
    """Let forms of ``view`` be sent whichever account is active meanwhile: it looks itself whose they are."""
    view.is_for_any_account = True  # type: ignore[attr-defined]
    return view


def is_for_any_account(view: Callable[..., Any]) -> bool:
    """Whether ``view`` says that it looks itself whose form it gets."""
    return getattr(view, "is_for_any_account", False)


def new_token() -> str:
    """Return the CSRF token for a form that is being written, with whose it is; without where nobody is signed in."""
    owner = None if g.get("without_database") else _current_or_nobody()
    return generate_csrf() + (f"{MARK}{owner}" if owner else "")


def read(sent: str | None) -> tuple[str | None, str | None]:
    """Return the token of a form as the protection of forms knows it, and whose form it says to be."""
    token, _mark, owner = (sent or "").partition(MARK)
    return token or None, owner or None


def name_of(user_id: str) -> str:
    """Return what forms call a person."""
    key = str(current_app.secret_key).encode()
    return hmac.new(key, b"owner of a form: " + user_id.encode(), hashlib.sha256).hexdigest()[:20]


def current() -> str | None:
    """Return the name of the person whom this request is for; None for nobody."""
    return name_of(current_user.id) if current_user.is_authenticated else None


def is_form() -> bool:
    """Whether this request brings a form of one of our pages."""
    return "form_owner" in g


def owner_of_form() -> str | None:
    """Return whose the form of this request is; None where nobody was signed in when it was written."""
    owner: str | None = g.get("form_owner")
    return owner


def check() -> None:
    """Refuse a form that was written for another account, unless its view looks itself whose it is.

    One that was written while nobody was signed in is too old, and raises what those raise.
    """
    if _is_of_another() and owner_of_form() is None:
        g.csrf_valid = False
        raise CSRFError("The form was written before the sign-in.")
    refuse_form_of_another()


def refuse_form_of_another() -> None:
    """Refuse a form that says to be another account's, whether it is too old or not."""
    if owner_of_form() is not None and _is_of_another():
        raise FormOfAnother


def _is_of_another() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or is_for_any_account(view):
        return False
    here = current()
    return here is not None and here != owner_of_form()


def _current_or_nobody() -> str | None:
    """Who is signed in; nobody where the database cannot say, since the page is about that then."""
    try:
        return current()
    except SQLAlchemyError:
        return None
