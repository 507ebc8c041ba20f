"""Whether a name and a password are those of somebody who may come in."""

from typing import NoReturn

from ..audit import EventKind, record
from ..extensions import metrics
from ..process.metric_families import SIGN_INS
from ..users.accounts import find_user
from ..users.models import User
from ..users.names import fold_identifier
from ..users.passwords import hash_password, needs_rehash, verify_password
from . import throttling
from .refusals import AccountBlocked, InvalidCredentials, TooManyTries

# What a sign-in looks at: a driver in Python pays for every column.
_NEEDED = (User.username, User.password_hash, User.blocked_at, User.ip, User.platform)


def authenticate(identifier: str, password: str) -> User:
    """The person with this username or e-mail address and this password.

    Raises :class:`InvalidCredentials`, the same for a name nobody has, a wrong password and none set;
    :class:`AccountBlocked`, to who knows the password; :class:`TooManyTries`, without looking at the password.
    What it records is kept only by a commit, after a refusal too.
    """
    return _check(find_user(identifier, *_NEEDED), identifier, password)


def check_password(user: User, password: str) -> None:
    """Let pass who knows the password of ``user``, somebody signed in. Raises what :func:`authenticate` does."""
    _check(user, user.username, password)


def _check(user: User | None, identifier: str, password: str) -> User:
    account = throttling.account_of(user.id if user else None, fold_identifier(identifier))
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
