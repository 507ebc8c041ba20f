"""Who may see a view: the signed-in, unless the view says otherwise."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from .. import expired_forms
from ..clock import now
from . import accounts_here, kept_forms
from .second_factors import has_second_factor, needs_second_factor

RECENT = timedelta(minutes=10)  # how long a password check covers what asks for a fresh one

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Open ``view`` to everybody, signed in or not."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def for_programs(view: View) -> View:
    """Open ``view`` to programs: they bring no cookie, so it is public, and no sign-in or form protection is there."""
    view.is_for_programs = True  # type: ignore[attr-defined]
    return public(view)


def is_for_programs(view: Callable[..., Any]) -> bool:
    """Whether ``view`` reads nothing of what only pages need: session, language, signed-in person."""
    return getattr(view, "is_for_programs", False)


def is_public(view: Callable[..., Any]) -> bool:
    """Whether ``view`` says that everybody may see it."""
    return getattr(view, "is_public", False)


def recent_sign_in(view: View) -> View:
    """Ask for the password again before ``view``, unless it was given within :data:`RECENT`."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if has_recent_sign_in() else ask_for_password()

    return guarded  # type: ignore[return-value]


def recent_second_factor(view: View) -> View:
    """Ask for a second factor again before ``view``, unless within :data:`RECENT`; of who has none, the password.

    For what changes the factors: a copied session and the password must not do away with them, nor bring another.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not has_second_factor(current_user):
            return view(*args, **kwargs) if has_recent_sign_in() else ask_for_password()
        return view(*args, **kwargs) if has_recent_second_factor() else ask_for_second_factor()

    return guarded  # type: ignore[return-value]


def ask_for_password(back: str | None = None) -> Response:
    """Lead to the question for the password and then ``back``, or to the page of this form with what was typed."""
    back = back or expired_forms.page_of_form()
    kept_forms.keep(back)
    return redirect(url_for("authentication_reauthentication.ask", next=back))


def ask_for_second_factor(back: str | None = None) -> Response:
    """Lead to the question for a second factor and then ``back``, as :func:`ask_for_password` does."""
    back = back or expired_forms.page_of_form()
    kept_forms.keep(back)
    return redirect(lead_to_second_factor(back))


def lead_to_second_factor(back: str | None, account: str | None = None) -> str:
    """Return where the person whom this request is for proves a second factor, ``account`` where it must be named.

    A passkey is shown where the password is asked for.
    """
    if needs_second_factor(current_user) or not has_second_factor(current_user):
        return second_factor_page(back, account)
    flash(_("Please use your passkey here: the password alone is not enough for what comes next."), "info")
    return url_for("authentication_reauthentication.ask", account=account, next=back)


def second_factor_page(back: str | None, account: str | None = None) -> str:
    """Where somebody signed in proves a second factor, or sets one up, and then goes on to ``back``."""
    named = account or accounts_here.key_to_name()
    return url_for("authentication_verify.verify", account=named, next=back)


def has_recent_sign_in() -> bool:
    """Whether the signed-in person gave the password within :data:`RECENT`."""
    return bool(now() - current_user.browser_session.authenticated_at <= RECENT)


def has_recent_second_factor() -> bool:
    """Whether the signed-in person proved a second factor within :data:`RECENT`."""
    proved_at = current_user.browser_session.second_factor_at
    return proved_at is not None and bool(now() - proved_at <= RECENT)


def require_sign_in() -> Response | None:
    """Ask for a sign-in before every view that is not public."""
    if request.endpoint is None or is_public(current_app.view_functions[request.endpoint]):
        return None
    if current_user.is_authenticated:
        return None
    destination = expired_forms.page_of_form()
    kept_forms.keep(destination)
    return redirect(url_for("authentication_login.sign_in", next=destination))
