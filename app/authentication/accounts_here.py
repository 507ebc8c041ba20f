"""The accounts that are signed in at this browser, each with a session and a cookie of its own; one is active.

A request is for the active account, unless it says another one of them: a form that was written for it, or what an
app asks. So whoever holds the token of one account never comes to another by it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

from flask import g, redirect, request, session
from flask_login import current_user, login_user

from .. import form_owners
from ..users.models import User
from . import last_seen, next_page
from .browser_cookies import KEPT_BY, MOST_ACCOUNTS, browser_cookies
from .kept_cookies import key_of, waits_for_second_step
from .models import BrowserSession
from .open_sessions import find_sessions
from .refusals import BrowserFull
from .session_tokens import Found

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Account:
    """Somebody signed in here."""

    user: User
    row: BrowserSession
    slot: str
    """Which of the cookies holds the token."""
    token: str
    found: Found | None = None
    """What a look at the token has found; None for whom this request is for anyway."""


def list_accounts() -> list[Account]:
    """Return who is signed in here, the active account first, then the one used last.

    One statement where there are several tokens, once a request; none where there is one.
    """
    known: list[Account] | None = g.get("accounts_here")
    if known is None:
        known = g.accounts_here = _find()
    return known


def list_others() -> list[Account]:
    """Return who is signed in here beside the person whom this request is for."""
    return [account for account in list_accounts() if account.user != current_user]


def is_for_another() -> bool:
    """Whether the page that is asked for is to sign in one more account, beside those that are here."""
    return request.args.get("another") == "1"


def for_another() -> str | None:
    """Return the value of ``another`` in addresses of a sign-in to one more account, None for the only one."""
    return "1" if is_for_another() else None


def check_room(others: Sequence[Account] | None = None) -> None:
    """Raise :class:`BrowserFull` where there is no room for an account beside ``others``, or else all that are here."""
    if len(list_accounts() if others is None else others) >= MOST_ACCOUNTS:
        raise BrowserFull


def find_account(user_id: str | None) -> Account | None:
    """Return the account with this id, if it is signed in here."""
    return next((account for account in list_accounts() if account.user.id == user_id), None)


def find_current() -> Account | None:
    """Return the account of the person whom this request is for."""
    return next((account for account in list_accounts() if account.user == current_user), None)


def is_active() -> bool:
    """Whether this request is for the active account."""
    kept = browser_cookies()
    return len(kept.tokens) < 2 or kept.slot == kept.pointer


def key_to_name() -> str | None:
    """Return what addresses must call the person whom this request is for; None where they are meant anyway.

    Without it they would be about the active account, or about a sign-in that waits for its second step.
    """
    is_clear = is_active() and not waits_for_second_step()
    return None if is_clear or not current_user.is_authenticated else key_of(current_user.id)


def find_owner() -> Account | None:
    """Return the account for which the form of this request was written; None where it is not signed in here."""
    owner = form_owners.owner_of_form()
    return next((each for each in list_accounts() if form_owners.name_of(each.user.id) == owner), None)


def as_named(view: View) -> View:
    """Let ``view`` be for the account that its query names, and its form for the one it was written for."""

    @wraps(view)
    def acting(*args: Any, **kwargs: Any) -> Any:
        key, is_sent = request.args.get("account"), request.method == "POST"
        named = next((each for each in list_accounts() if key_of(each.user.id) == key), None)
        account = find_owner() if is_sent else named
        if account is not None:
            act_as(account)
        elif is_sent or key is not None:
            return redirect(next_page.destination(request.script_root + "/account"), 303)
        return view(*args, **kwargs)

    return form_owners.for_any_account(acting)  # type: ignore[return-value]


def act_as(account: Account) -> None:
    """Let this request be for ``account``. Which one is active stays as it is."""
    kept = browser_cookies()
    if account.user == current_user:
        return
    kept.slot, kept.opened_with, kept.token_ends_at = account.slot, account.token, None
    become(account.user, account.row)
    kept[KEPT_BY] = account.token
    if account.found is not None and account.found.is_due:
        g.token_due = account.found
    if account.found is not None and account.found.is_current:
        last_seen.note_seen(account.row)


def become(user: User, row: BrowserSession) -> None:
    """Let ``user``, signed in by ``row``, be the person whom this request is for."""
    g.pop("token_due", None)
    login_user(user)
    session.pop("_id", None)  # Flask-Login's fingerprint of address and browser, which nothing here compares
    user.browser_session = row


def _find() -> list[Account]:
    kept = browser_cookies()
    if len(kept.tokens) > 1:
        opened = find_sessions(kept.tokens.values())
        slots = {token: slot for slot, token in kept.tokens.items()}
        accounts = [
            Account(found.user, found.row, slots[token], token, found) for token, found in opened.items()
        ]
        accounts.sort(key=lambda each: (each.slot == kept.slot, each.row.last_seen_at), reverse=True)
        return accounts
    if not current_user.is_authenticated:
        return []
    user = current_user._get_current_object()  # noqa: SLF001
    return [Account(user, user.browser_session, kept.slot, kept[KEPT_BY])]
