"""How long an account, or a browser known to it, waits after wrong passwords.

Only answers are counted, and each is counted before it is given. So of a hundred passwords tried at the same
moment no more are answered than of a hundred tried one after the other, and a person's own parallel sign-ins
with the right password never stand in each other's way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from ..clock import now
from ..database.engines import read_connection
from ..database.hot_reads import HotRead
from ..extensions import vault
from .models import SignInFailures
from .refusals import TooManyTries

FREE_TRIES = 5
FIRST_WAIT = 30  # seconds
LONGEST_WAIT = 15 * 60  # seconds
FORGOTTEN_AFTER = timedelta(days=1)  # without another wrong password


_COUNT = HotRead(
    select(SignInFailures.count, SignInFailures.blocked_until).where(
        SignInFailures.account == bindparam("account"), SignInFailures.expires_at > bindparam("moment")
    )
)


@dataclass(frozen=True)
class Failures:
    """The count as it was read."""

    count: int
    blocked_until: datetime | None


def account_of(user_id: str | None, folded_name: str) -> str:
    """Return the key of the counter of failed sign-ins: the account's, or the folded name's if there is none.

    Keyed, since people also type their password where the name belongs.
    """
    return vault.keyed_digest(f"sign-in user {user_id}" if user_id else f"sign-in name {folded_name}")


def counter_of_browser(user_id: str, key: str) -> str:
    """Return the key of the counter of failed sign-ins to an account in a browser that signed in to it before."""
    return vault.keyed_digest(f"sign-in user {user_id} in browser {key}")


def counter_of_session(session_id: str) -> str:
    """Return the key of the counter of wrong passwords that were given once more in this session."""
    return vault.keyed_digest(f"password once more in session {session_id}")


def counter_of_codes(session_id: str) -> str:
    """Return the key of the counter of wrong codes in this session; the right password does not clear it."""
    return vault.keyed_digest(f"code once more in session {session_id}")


def refuse_waiting(account: str) -> Failures | None:
    """Return the count so far, None without a wrong password; raise :class:`TooManyTries` during a wait."""
    failures = _read(account)
    if failures is not None and failures.blocked_until is not None:
        left = (failures.blocked_until - now()).total_seconds()
        if left > 0:
            raise TooManyTries(ceil(left))
    return failures


def count_failure(account: str) -> int:
    """Count a wrong password; return the seconds to wait from now on, 0 for none. Raises :class:`TooManyTries`.

    Compare and swap, each statement a transaction of its own: the count must hold whatever becomes of the
    request, and nobody may wait for a lock meanwhile. So the connections are those in AUTOCOMMIT, which are
    never held while something else is waited for.
    """
    while True:
        failures = refuse_waiting(account)
        count = failures.count + 1 if failures else 1
        wait = wait_after(count)
        moment = now()
        values = {
            "count": count,
            "blocked_until": moment + timedelta(seconds=wait) if wait else None,
            "expires_at": moment + FORGOTTEN_AFTER,
        }
        if _swap(account, failures, values):
            return wait


def clear(account: str) -> None:
    """Forget the count after the right password. Raises :class:`TooManyTries` when a wait began meanwhile."""
    if refuse_waiting(account) is None:
        return
    free = or_(SignInFailures.blocked_until.is_(None), SignInFailures.blocked_until <= now())
    with read_connection() as connection:
        deleted = connection.execute(delete(SignInFailures).where(SignInFailures.account == account, free))
    if deleted.rowcount != 1:
        refuse_waiting(account)


def wait_after(count: int) -> int:
    """Seconds to wait after ``count`` wrong passwords in a row."""
    if count < FREE_TRIES:
        return 0
    doublings = min(count - FREE_TRIES, 10)
    return min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)


def _read(account: str) -> Failures | None:
    row = _COUNT.first(account=account, moment=now())
    return Failures(*row) if row is not None else None


def _swap(account: str, seen: Failures | None, values: Mapping[str, object]) -> bool:
    """Write ``values`` if the row still is what was ``seen``."""
    row = SignInFailures.account == account
    unchanged = SignInFailures.expires_at <= now() if seen is None else SignInFailures.count == seen.count
    with read_connection() as connection:
        if connection.execute(update(SignInFailures).where(row, unchanged).values(values)).rowcount == 1:
            return True
    if seen is not None:
        return False
    try:
        with read_connection() as connection:
            connection.execute(insert(SignInFailures).values(account=account, **values))
    except IntegrityError:  # somebody else's wrong password was the first
        return False
    return True
