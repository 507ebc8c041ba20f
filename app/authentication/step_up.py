"""Asking somebody signed in for their password, or for a code, once more."""

from flask_login import current_user

from ..audit import EventKind, record
from ..database.rows import db
from . import browser, throttling
from .factors import codes
from .methods import ONE_TIME_CODE, PASSWORD, SEVERAL
from .refusals import InvalidCode
from .sign_in import check_password


def confirm_password(password: str) -> None:
    """Let pass who knows the password of the person at this browser, and give the browser a new token.

    Wrong ones are counted for this session alone: nobody else's tries stand in the person's way. Raises what
    :func:`app.authentication.sign_in.authenticate` does.
    """
    session_id = current_user.browser_session.id
    check_password(current_user, password, counter=throttling.counter_of_session(session_id))
    browser.renew(PASSWORD)


def confirm_code(typed: str) -> None:
    """Let pass who has a code of the person at this browser, use it up, and give the browser a new token.

    Wrong ones are counted for this session alone, apart from passwords: who knows one of both must not clear the
    count of the other. Raises :class:`InvalidCode`, TooManyTries.
    """
    counter = throttling.counter_of_codes(current_user.browser_session.id)
    proof = codes.find_proof(current_user, typed)
    if proof is None:
        wait = throttling.count_failure(counter)
        record(EventKind.CODE_REFUSED, user_id=current_user.id)
        if wait:
            record(EventKind.SIGN_IN_PAUSED, user_id=current_user.id, seconds=wait)
        raise InvalidCode
    throttling.clear(counter)
    with (
        db.engine.begin() as connection
    ):  # as the new token: what a page does may be undone, a used code stays used
        if not codes.use(connection, current_user, proof=proof):
            raise InvalidCode
    browser.renew(ONE_TIME_CODE, SEVERAL)
    codes.tell_use(current_user, proof)
