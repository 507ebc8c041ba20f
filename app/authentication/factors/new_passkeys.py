"""A new passkey: who may add one now, and its row."""

from datetime import timedelta

from ...audit import EventKind, record
from ...clock import now
from ...crypto import base64url
from ...database.rows import insert_one, new_id
from ...extensions import settings
from ...users.models import User
from .. import methods
from ..models import BrowserSession, Passkey
from . import challenges, passkeys, relying_party
from .challenges import Purpose
from .passkey_answers import read, transports_of, verify_registration
from .refusals import PasskeyRefused, Reason

RIGHT_AFTER = timedelta(minutes=5)  # of a sign-in by password, as browsers count it too


def may_come_unasked(row: BrowserSession) -> bool:
    """Whether this is right after a sign-in by password, at a portal that can have passkeys."""
    is_fresh = now() - row.authenticated_at <= RIGHT_AFTER
    by_password = methods.PASSWORD in row.methods.split()
    return is_fresh and by_password and relying_party.can_have_passkeys(settings.issuer)


def check_may_add(user: User, purpose: Purpose, row: BrowserSession) -> None:
    """Raise :class:`PasskeyRefused` where ``user`` has enough, or wants none unasked."""
    if purpose is Purpose.ADD_UNASKED and not (
        may_come_unasked(row) and passkeys.are_wanted_unasked(user.id)
    ):
        raise PasskeyRefused(Reason.UNWANTED)
    if len(passkeys.list_passkeys(user.id)) >= passkeys.MOST:
        raise PasskeyRefused(Reason.TOO_MANY)


def add(user: User, credential: object, *, purpose: Purpose, browser: str, device: str | None) -> Passkey:
    """Add the passkey that this ``browser`` had made for ``user``, and tell them by email.

    The challenge says whether the ceremony was one that nobody asked for; only then may nobody have been present.
    Raises :class:`PasskeyRefused`.
    """
    answer = read(credential)
    challenges.check(answer.challenge, purpose, browser, user.id)
    made = verify_registration(answer, with_presence=purpose is Purpose.ADD)
    challenges.use_up(answer.challenge)
    passkey = Passkey(
        id=new_id(),
        user_id=user.id,
        credential_id=answer.credential_id,
        public_key=base64url(made.credential_public_key),
        sign_count=made.sign_count,
        aaguid=made.aaguid,
        transports=transports_of(answer),
        backup_eligible=made.credential_device_type == "multi_device",
        backed_up=made.credential_backed_up,
        device=device,
        created_at=now(),
    )
    if not insert_one(Passkey, _values(passkey)):
        raise PasskeyRefused(Reason.EXISTS)
    passkeys.note_owner(user.id)
    label = passkeys.label_of(passkey)
    record(EventKind.PASSKEY_ADDED, user_id=user.id, actor_id=user.id, device=label)
    template = "passkey_added" if purpose is Purpose.ADD else "passkey_added_unasked"
    passkeys.tell(user, template, label)
    return passkey


def _values(passkey: Passkey) -> dict[str, object]:
    """The columns of a row that the session does not know."""
    columns = Passkey.__table__.columns
    return {column.name: getattr(passkey, column.name) for column in columns}
