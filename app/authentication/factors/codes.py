"""A code that somebody types: of the app on their phone, or one of the recovery codes."""

from dataclasses import dataclass

from sqlalchemy import Connection

from ...audit import EventKind, record
from ...extensions import settings
from ...users.models import User
from ...users.notices import notify
from ...users.password_changes import hold_password
from . import recovery_codes, totp

LONGEST = 64  # characters that are looked at


@dataclass(frozen=True)
class Proof:
    """A code that counts: the time step of a one-time code, or the row of a recovery code."""

    step: int | None = None
    recovery_code: str | None = None


def find_proof(user: User, typed: str) -> Proof | None:
    """Return what ``typed`` proves of ``user``; None where it is no code of theirs, or was used. Writes nothing."""
    code = recovery_codes.normal(typed[:LONGEST])
    if len(code) == totp.DIGITS and code.isdecimal():
        step = totp.find_unused_step(user, code)
        return Proof(step=step) if step is not None else None
    found = recovery_codes.find_unused(user, code) if len(code) == recovery_codes.LENGTH else None
    return Proof(recovery_code=found) if found else None


def use(connection: Connection, user: User, *, proof: Proof) -> bool:
    """Use the code up and hold the row of ``user``; False where it, or the password, counts no more.

    Of several uses at once one succeeds, and whoever sets another password waits, or is seen here.
    """
    if proof.step is not None:
        unused = totp.unused(user, proof.step)
        return hold_password(connection, user, unused, totp_step=proof.step)
    assert proof.recovery_code is not None
    if not hold_password(connection, user):
        return False
    return connection.execute(recovery_codes.use(proof.recovery_code)).rowcount == 1


def tell_use(user: User, proof: Proof) -> None:
    """Record that a recovery code was used, and email ``user``: whoever finds the paper must not stay unseen."""
    if proof.recovery_code is None:
        return
    left = recovery_codes.count(user).left
    record(EventKind.RECOVERY_CODE_USED, user_id=user.id, actor_id=user.id, left=left)
    link = f"{settings.issuer}/account/security"
    notify(user, "recovery_code_used", by=user.id, left=left, link=link)
