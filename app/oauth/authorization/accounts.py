"""Which of the accounts of a browser an authorization request is for.

That is settled for the request alone: which account is active on the portal's own pages stays as it is.
"""

from collections.abc import Sequence

from flask_login import current_user

from ... import form_owners
from ...authentication import accounts_here
from ...authentication.accounts_here import Account
from ...authentication.kept_cookies import key_of
from ...consents.standing import who_allows
from ...users.names import fold, fold_email
from ..grants.authorization_code import AuthorizationCodeGrant
from . import pending, used_apps


def take_account(grant: AuthorizationCodeGrant, url: str) -> bool:
    """Let this request be for the account it belongs to; whether it is clear which.

    A form decides for whom it was written. With one account it is that one. Of several it is the one that the person
    has chosen for this request, then whom the app names, then whom the app was used with last.
    """
    if form_owners.is_form():
        account = accounts_here.find_owner()
    else:
        here = accounts_here.list_accounts()
        if not here or (len(here) == 1 and here[0].user == current_user):
            return True
        account = _find_chosen(here, url) or (None if pending.is_to_ask(url) else _find_named(here, grant))
    if account is not None:
        accounts_here.act_as(account)
    return account is not None


def list_choices(client_id: str) -> list[Account]:
    """Return who is signed in here, whom this app was used with last first."""
    last = used_apps.last_account(client_id)
    return sorted(accounts_here.list_accounts(), key=lambda account: key_of(account.user.id) != last)


def _find_chosen(here: Sequence[Account], url: str) -> Account | None:
    """Whom the person has chosen, or signed in as because of this request."""
    chosen = _with_key(here, pending.account_chosen(url))
    if chosen is not None:
        return chosen
    sent, current = pending.sent_to_sign_in(url), accounts_here.find_current()
    is_fresh = sent is not None and current is not None and current.row.authenticated_at >= sent
    return current if is_fresh else None


def _find_named(here: Sequence[Account], grant: AuthorizationCodeGrant) -> Account | None:
    """Whom the app means; a silent request learns nothing of accounts that have not let it in."""
    client_id, login_hint = grant.client.id, grant.request.parameters.get("login_hint")
    if grant.wishes.silent:
        allowed = who_allows([account.user.id for account in here], client_id)
        here = [account for account in here if account.user.id in allowed]
    if grant.names_somebody:
        named = next((account for account in here if grant.expects(account.user.id)), None)
        return named or accounts_here.find_current()  # to whom the page says that another one is expected
    if login_hint:
        return find_called(here, login_hint)
    return _with_key(here, used_apps.last_account(client_id))


def find_called(here: Sequence[Account], hint: str) -> Account | None:
    """Who of these has this address, or else this username."""
    name, address = fold(hint), fold_email(hint)
    by_address = [account for account in here if account.user.email_key == address]
    by_name = [account for account in here if account.user.username_key == name]
    return next(iter(by_address + by_name), None)


def _with_key(here: Sequence[Account], key: str | None) -> Account | None:
    return next((account for account in here if key_of(account.user.id) == key), None)
