"""Whether a passkey lets somebody in, and by which methods."""

from dataclasses import dataclass

from sqlalchemy import or_, select, true, update
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication

from ...audit import EventKind, record
from ...audit.refused_requests import has_room
from ...clock import now
from ...database.rows import changed, db
from ...extensions import metrics
from ...process.metric_families import SIGN_INS
from ...users.models import User
from .. import methods
from ..models import Passkey
from ..refusals import AccountBlocked
from . import challenges, passkeys
from .challenges import Purpose
from .passkey_answers import Answer, read, verify_sign_in
from .refusals import PasskeyRefused, Reason


@dataclass(frozen=True)
class Proven:
    """Who a passkey says is there, and how they proved it."""

    user: User
    methods: tuple[str, ...]
    """Names of :rfc:`8176`: the kind of key, ``user``, and ``mfa`` where the authenticator verified the person, too."""

    @property
    def is_verified(self) -> bool:
        """Whether it was two factors: the key, and what the authenticator asked for."""
        return methods.SEVERAL in self.methods


def authenticate(credential: object, *, browser: str) -> Proven:
    """Return who is there, whoever it is. Raises :class:`PasskeyRefused`, and AccountBlocked to who has the passkey.

    What it records is kept only by a commit, after a refusal too.
    """
    try:
        proven = _prove(read(credential), Purpose.SIGN_IN, browser, None)
    except PasskeyRefused:
        metrics.count(SIGN_INS, "refused")
        raise
    if not proven.user.is_active:
        metrics.count(SIGN_INS, "blocked")
        record(EventKind.SIGN_IN_REFUSED, user_id=proven.user.id, why="blocked")
        raise AccountBlocked
    return proven


def confirm(user: User, credential: object, *, browser: str) -> Proven:
    """Let ``user`` prove with a passkey of their own that they are there. Raises :class:`PasskeyRefused`."""
    return _prove(read(credential), Purpose.CONFIRM, browser, user)


def _prove(answer: Answer, purpose: Purpose, browser: str, expected: User | None) -> Proven:
    challenges.check(answer.challenge, purpose, browser, expected.id if expected else "")
    passkey, user = _find(answer)
    if expected is not None and user.id != expected.id:  # not unknown: the browser would be told to forget it
        raise PasskeyRefused(Reason.UNPROVEN)
    # Without a name typed it must say whose it is; with a list of passkeys it may leave that out.
    handle = answer.user_handle or (passkeys.user_handle(user.id) if expected else None)
    if handle != passkeys.user_handle(user.id):
        raise PasskeyRefused(Reason.UNPROVEN)
    try:
        verified = verify_sign_in(answer, passkey)
    except PasskeyRefused:
        if has_room("unproven passkeys", of=passkey.id):
            record(EventKind.PASSKEY_REFUSED, user_id=user.id, device=passkeys.label_of(passkey))
        raise
    challenges.use_up(answer.challenge)
    _note_use(passkey, user, verified)
    kind = methods.SOFTWARE_KEY if passkey.backup_eligible else methods.HARDWARE_KEY
    several = (methods.SEVERAL,) if verified.user_verified else ()
    return Proven(user, (kind, methods.USER_PRESENT, *several))


def _find(answer: Answer) -> tuple[Passkey, User]:
    found = db.session.execute(
        select(Passkey, User)
        .join(User, User.id == Passkey.user_id)
        .where(Passkey.credential_id == answer.credential_id)
    ).one_or_none()
    if found is None:
        raise PasskeyRefused(Reason.UNKNOWN)
    return found[0], found[1]


def _note_use(passkey: Passkey, user: User, verified: VerifiedAuthentication) -> None:
    """Note the use of ``passkey``, unless its counter says that there is a copy. Raises :class:`PasskeyRefused`.

    What may be on several devices by design has no counter that means anything.
    """
    count = verified.new_sign_count
    goes_on = or_(Passkey.sign_count < count, (Passkey.sign_count == 0) & (count == 0))
    values = {"sign_count": count, "last_used_at": now(), "backed_up": verified.credential_backed_up}
    is_this = Passkey.id == passkey.id, Passkey.copied_at.is_(None)
    statement = update(Passkey).where(*is_this, true() if passkey.backup_eligible else goes_on)
    if changed(statement.values(values).execution_options(synchronize_session=False)) == 1:
        return
    disabled = update(Passkey).where(*is_this).values(copied_at=now())
    if changed(disabled.execution_options(synchronize_session=False)) == 1:
        label = passkeys.label_of(passkey)
        record(EventKind.PASSKEY_COPIED, user_id=user.id, device=label)
        passkeys.tell(user, "passkey_copied", label)
    raise PasskeyRefused(Reason.COPIED)
