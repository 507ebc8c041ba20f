"""Asking somebody signed in for their password once more."""

from flask_login import current_user

from . import browser, throttling
from .methods import PASSWORD
from .sign_in import check_password


def confirm_password(password: str) -> None:
    """Let pass who knows the password of the person at this browser, and give the browser a new token.

    Wrong ones are counted for this session alone: nobody else's tries stand in the person's way. Raises what
    :func:`app.authentication.sign_in.authenticate` does.
    """
    session_id = current_user.browser_session.id
    check_password(current_user, password, counter=throttling.counter_of_session(session_id))
    browser.renew(PASSWORD)
