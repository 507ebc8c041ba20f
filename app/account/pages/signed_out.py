"""After a link by email has ended all sessions of an account: this browser forgets its own."""

from ...authentication import accounts_here, browser
from ...authentication.accounts_here import Account


def forget_sign_in(here: Account | None) -> str | None:
    """Let the browser forget the sign-in of before; "1" where other accounts stay, beside which one signs in then."""
    if here is not None or not accounts_here.list_accounts():
        browser.leave(here)
    return "1" if accounts_here.list_accounts() else None
