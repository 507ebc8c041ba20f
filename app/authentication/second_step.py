"""The second step of a sign-in: the password was right, and is not enough.

No session begins before it. Until then the browser keeps in its signed cookie whose sign-in waits. That counts for ten
minutes, and only while password and second factor are those it began with: a copy or an old one is worth nothing after
a new password, a block, another phone or a deletion. Whatever completes it (a code here, a passkey) calls
:func:`pending`, proves that the person has the factor, and calls :func:`complete`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from flask import request, session
from sqlalchemy import Connection, select

from ..audit import EventKind, record
from ..clock import now
from ..crypto import digest, equal
from ..database.rows import db
from ..extensions import metrics
from ..process.metric_families import SIGN_INS
from ..users.models import User
from ..users.password_changes import hold_password
from . import known_browsers, network_throttling, throttling
from .arrival import let_in
from .kept_cookies import SECOND_STEP, forget_second_step
from .lifetimes import Stay
from .methods import PASSWORD, combine
from .models import TotpSecret
from .refusals import InvalidCode, SecondStepOver

WAITS = timedelta(minutes=10)

Use = Callable[[Connection, User], bool]


@dataclass(frozen=True)
class Pending:
    """A sign-in that waits for its second step."""

    user: User
    stay: Stay
    methods: str
    """What was proved so far, as in :mod:`app.authentication.methods`."""
    secret: TotpSecret | None
    """Read with the person, so that looking at a code takes no statement more."""


def begin(user: User, *, stay: Stay, methods: str = PASSWORD) -> None:
    """Let the browser keep that ``user`` gave the right password, and nothing of a step that waited before."""
    session[SECOND_STEP] = [user.id, int(now().timestamp()), stay, methods, _bound_to(user)]


def forget() -> None:
    """Let the browser keep nothing of a step that is over."""
    forget_second_step()


def is_waiting() -> bool:
    """Whether this browser keeps a step that has not expired; whether it still counts, :func:`pending` says."""
    kept = _kept()
    return kept is not None and not _has_expired(kept)


def has_expired() -> bool:
    """Whether this browser keeps a step that took too long."""
    kept = _kept()
    return kept is not None and _has_expired(kept)


def pending() -> Pending:
    """Return whose sign-in waits at this browser, how long they want to stay signed in, and what they have proved.

    Raises :class:`SecondStepOver` where none does, it took too long, or password, factor or account changed since.
    """
    kept = _kept()
    if kept is None:
        raise SecondStepOver(has_expired=False)
    user_id, _begun, stay, methods, bound = kept
    query = select(User, TotpSecret).outerjoin(TotpSecret, TotpSecret.user_id == User.id)
    found = None if _has_expired(kept) else db.session.execute(query.where(User.id == user_id)).one_or_none()
    if found is None or not found[0].is_active or not equal(_bound_to(found[0]), bound):
        raise SecondStepOver(has_expired=True)
    return Pending(found[0], Stay(stay), methods, found[1])


def complete(step: Pending, *methods: str, use: Use = hold_password) -> None:
    """Sign the person of ``step`` in, who has just proved ``methods`` too; clear the count of wrong tries.

    ``use`` uses up what they proved it with, in the session's transaction, and holds the row of the person by
    :func:`app.users.password_changes.hold_password`, which is all that a passkey needs; False refuses.
    Raises :class:`InvalidCode` then, and TooManyTries, before anything is used up. The edge commits.
    """
    counter, address = _counted(step.user)
    if address is not None:
        network_throttling.refuse_waiting(address)
    throttling.clear(counter)  # before the transaction writes: it is done on another connection
    if not use(db.session.connection(), step.user):
        raise InvalidCode
    let_in(step.user, methods=combine(step.methods, *methods), stay=step.stay)


def refuse(step: Pending) -> NoReturn:
    """Count a wrong code as the sign-in counts a wrong password, with those. Raises InvalidCode or TooManyTries.

    The right password does not clear that count, or whoever has it could guess codes for ever.
    """
    metrics.count(SIGN_INS, "refused")
    counter, address = _counted(step.user)
    if address is not None:
        network_throttling.refuse_waiting(address)
    wait = throttling.count_failure(counter)
    if address is not None:
        network_throttling.count_failure(address)
    record(EventKind.CODE_REFUSED, user_id=step.user.id)
    if wait:
        record(EventKind.SIGN_IN_PAUSED, user_id=step.user.id, seconds=wait)
    raise InvalidCode


def _counted(user: User) -> tuple[str, str | None]:
    """The counter, and the address whose network counts too: none for a browser that the person used before."""
    own = known_browsers.counter_of(user)
    if own is not None:
        return own, None
    return throttling.account_of(user.id, user.username), request.remote_addr or ""


def _bound_to(user: User) -> str:
    """What a step is bound to, said in a way that tells nothing of it: nobody guesses the salt of a hash."""
    return digest(f"{user.id} {user.password_hash} {user.totp_at}")[:32]


def _kept() -> tuple[str, int, str, str, str] | None:
    kept = session.get(SECOND_STEP)
    # An older version kept something else there than how long somebody wants to stay.
    return tuple(kept) if kept and kept[2] in list(Stay) else None


def _has_expired(kept: tuple[str, int, str, str, str]) -> bool:
    return now().timestamp() >= kept[1] + WAITS.total_seconds()
