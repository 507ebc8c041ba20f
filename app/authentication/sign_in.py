"""Whether a name and a password are those of somebody who may come in."""

from collections.abc import Callable
from typing import NoReturn

from ..audit import EventKind, record
from ..audit.refused_requests import has_room
from ..extensions import metrics
from ..process.metric_families import SIGN_INS
from ..users import accounts
from ..users.accounts import find_user
from ..users.models import User
from ..users.names import fold_identifier
from ..users.passwords import hash_password, needs_rehash, verify_password
from . import network_throttling, throttling
from .refusals import AccountBlocked, InvalidCredentials, TooManyTries
from .second_factors import needs_second_factor

CounterOf = Callable[[User], str | None]
# What a sign-in looks at: a driver in Python pays for every column.
_NEEDED = (
    User.username,
    User.password_hash,
    User.password_changed_at,
    User.blocked_at,
    User.ip,
    User.platform,
    User.first_language,
    User.totp_at,
)


def authenticate(
    identifier: str, password: str, *, address: str | None, counter_of: CounterOf | None = None
) -> User:
    """The person with this username or email address and this password.

    ``address`` is where they come from, and its networks wait after many failures; None where an app asks, which
    has proved who it is: its own address says nothing about the person's. ``counter_of`` names another counter of
    wrong passwords than the account's, or None for that; where it does, failures of others in the network keep
    nobody waiting.
    Raises :class:`InvalidCredentials`, the same for a name nobody has, a wrong password and none set;
    :class:`AccountBlocked`, to who knows the password; :class:`TooManyTries`, without looking at the password.
    What it records is kept only by a commit, after a refusal too.
    """
    user = find_user(identifier, *_NEEDED)
    counter = counter_of(user) if counter_of is not None and user is not None else None
    account = counter or throttling.account_of(user.id if user else None, fold_identifier(identifier))
    found = _check(user, password, account, None if counter else address)
    # Another password may have been set while this one was hashed; whoever does it ends what begins before.
    seen = found.password_hash
    assert seen is not None
    new = hash_password(password) if needs_rehash(seen) else seen
    # Where a second step follows, nothing begins yet: that step holds the row.
    if (new != seen or not needs_second_factor(found)) and not accounts.keep_hash(found, seen, new):
        raise InvalidCredentials
    return found


def check_password(user: User, password: str, *, counter: str | None = None) -> None:
    """Let pass who knows the password of ``user``. Raises what :func:`authenticate` does.

    ``counter`` counts the wrong ones, where that is not the account's. Of somebody signed in,
    :func:`app.authentication.step_up.confirm_password` asks.
    """
    _check(
        user, password, counter or throttling.account_of(user.id, user.username), None, is_own=bool(counter)
    )


def _check(
    user: User | None, password: str, account: str, address: str | None, *, is_own: bool = False
) -> User:
    """``is_own``: ``account`` counts passwords alone."""
    try:
        if address is not None:
            network_throttling.refuse_waiting(address)
        throttling.refuse_waiting(account)
    except TooManyTries:
        metrics.count(SIGN_INS, "waiting")
        raise
    password_hash = user.password_hash if user else None
    if not verify_password(password_hash, password) or user is None or password_hash is None:
        _refuse(user, account, address)
    if is_own or not needs_second_factor(user):
        throttling.clear(account)
    else:  # the count is that of wrong codes, too: only the whole sign-in clears it
        throttling.refuse_waiting(account)
    if not user.is_active:
        metrics.count(SIGN_INS, "blocked")
        record(EventKind.SIGN_IN_REFUSED, user_id=user.id, why="blocked")
        raise AccountBlocked
    return user


def _refuse(user: User | None, account: str, address: str | None) -> NoReturn:
    metrics.count(SIGN_INS, "refused")
    wait = throttling.count_failure(account)
    if address is not None:
        network_throttling.count_failure(address)
    if user is not None:
        record(EventKind.SIGN_IN_REFUSED, user_id=user.id, why="password")
        if wait:
            record(EventKind.SIGN_IN_PAUSED, user_id=user.id, seconds=wait)
    elif has_room("sign-ins of unknown names"):  # strangers make them up in masses
        record(EventKind.SIGN_IN_REFUSED, why="unknown name")
    raise InvalidCredentials
