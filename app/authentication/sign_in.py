"""Whether a name and a password are those of somebody who may come in."""

from collections.abc import Callable
from typing import NoReturn

from ..audit import EventKind, record
from ..extensions import metrics
from ..process.metric_families import SIGN_INS
from ..users.accounts import find_user
from ..users.models import User
from ..users.names import fold
from ..users.passwords import hash_password, needs_rehash, verify_password
from . import throttling
from .refusals import AccountBlocked, InvalidCredentials, TooManyTries

CounterOf = Callable[[User], str | None]

# What a sign-in looks at: a driver in Python pays for every column.
_NEEDED = (User.username, User.password_hash, User.blocked_at, User.ip, User.platform)


def authenticate(identifier: str, password: str, *, counter_of: CounterOf | None = None) -> User:
    """The person with this username or e-mail address and this password.

    ``counter_of`` names another counter of wrong passwords than the account's, or None for that.
    Raises :class:`InvalidCredentials`, the same for a name nobody has, a wrong password and none set;
    :class:`AccountBlocked`, to who knows the password; :class:`TooManyTries`, without looking at the password.
    What it records is kept only by a commit, after a refusal too.
    """
    user = find_user(identifier, *_NEEDED)
    counter = counter_of(user) if counter_of is not None and user is not None else None
    return _check(
        user, password, counter or throttling.account_of(user.id if user else None, fold(identifier))
    )


def check_password(user: User, password: str, *, counter: str | None = None) -> None:
    """Let pass who knows the password of ``user``. Raises what :func:`authenticate` does.

    ``counter`` counts the wrong ones, where that is not the account's. Of somebody signed in,
    :func:`app.authentication.step_up.confirm_password` asks.
    """
    _check(user, password, counter or throttling.account_of(user.id, user.username))


def _check(user: User | None, password: str, account: str) -> User:
    try:
        throttling.refuse_waiting(account)
    except TooManyTries:
        metrics.count(SIGN_INS, "waiting")
        raise
    password_hash = user.password_hash if user else None
    if not verify_password(password_hash, password) or user is None or password_hash is None:
        _refuse(user, account)
    throttling.clear(account)
    if not user.is_active:
        metrics.count(SIGN_INS, "blocked")
        record(EventKind.SIGN_IN_REFUSED, user_id=user.id, why="blocked")
        raise AccountBlocked
    if needs_rehash(password_hash):
        user.password_hash = hash_password(password)
    return user


def _refuse(user: User | None, account: str) -> NoReturn:
    metrics.count(SIGN_INS, "refused")
    wait = throttling.count_failure(account)
    if user is not None:
        record(EventKind.SIGN_IN_REFUSED, user_id=user.id, why="password")
        if wait:
            record(EventKind.SIGN_IN_PAUSED, user_id=user.id, seconds=wait)
    raise InvalidCredentials
