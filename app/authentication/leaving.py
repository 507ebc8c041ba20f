"""Who leaves this browser when somebody signs out."""

from collections.abc import Sequence

from ..audit import EventKind, record
from ..form_owners import owner_of_form
from . import accounts_here, browser, kept_cookies
from .accounts_here import Account

ALL = "all"  # accounts of this browser


def list_meant(named: str | None) -> list[Account]:
    """The accounts that a form is to sign out: all, the one that is ``named`` by its ID, or else the one whose form it is."""
    if named == ALL:
        return list(accounts_here.list_accounts())
    if named is None and owner_of_form() is None:
        meant = accounts_here.find_current()
    else:
        meant = accounts_here.find_account(named) if named is not None else accounts_here.find_owner()
    return [meant] if meant is not None else []


def sign_out(accounts: Sequence[Account]) -> None:
    """Sign ``accounts`` out at this browser and record it; the others stay. The edge commits."""
    for account in accounts:
        record(EventKind.SIGNED_OUT, user_id=account.user.id, actor_id=account.user.id)
        browser.leave(account)
    if not accounts_here.list_accounts():
        browser.leave()
    kept_cookies.note_left([account.row.id for account in accounts if not account.row.ephemeral])
