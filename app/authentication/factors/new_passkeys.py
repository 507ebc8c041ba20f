"""A new passkey: who may add one now, and its row."""

from datetime import timedelta

from webauthn.registration.verify_registration_response import VerifiedRegistration

from ...audit import EventKind, record
from ...clock import now
from ...crypto import base64url
from ...database.rows import insert_one, new_id
from ...extensions import settings
from ...users.models import User
from .. import methods
from ..models import BrowserSession, Passkey
from ..second_factors import has_second_factor
from . import challenges, passkeys, relying_party
from .challenges import Purpose
from .passkey_answers import Answer, read, transports_of, verify_registration
from .refusals import PasskeyRefused, Reason

RIGHT_AFTER = timedelta(minutes=5)  # of a sign-in by password, as browsers count it too


def may_come_unasked(user: User, row: BrowserSession) -> bool:
    """Whether this is right after a sign-in by password, and all that ``user`` has to prove, where passkeys can be.

    Never where nothing is to stay in the browser.
    """
    is_fresh = now() - row.authenticated_at <= RIGHT_AFTER
    by_password = methods.PASSWORD in row.methods.split()
    is_enough = methods.has_two_factors(row.methods) or not has_second_factor(user)
    return (
        not row.ephemeral
        and is_fresh
        and by_password
        and is_enough
        and relying_party.can_have_passkeys(settings.issuer)
    )


def check_may_add(user: User, purpose: Purpose, row: BrowserSession) -> None:
    """Raise :class:`PasskeyRefused` where ``user`` has enough, or wants none unasked."""
    if purpose is Purpose.ADD_UNASKED and not (
        may_come_unasked(user, row) and passkeys.are_wanted_unasked(user.id)
    ):
        raise PasskeyRefused(Reason.UNWANTED)
    if len(passkeys.list_passkeys(user.id)) >= passkeys.MOST:
        raise PasskeyRefused(Reason.TOO_MANY)


def add(
    user: User, credential: object, *, purpose: Purpose, browser: str, device: str | None
) -> tuple[str, ...]:
    """Add the passkey that this ``browser`` had made for ``user``, and tell them by email.

    Return by which methods they have proved who they are with it: none where nobody asked for it.

    The challenge says whether the ceremony was one that nobody asked for; only then may nobody have been present.
    Raises :class:`PasskeyRefused`.
    """
    answer = read(credential)
    challenges.check(answer.challenge, purpose, browser, user.id)
    made = verify_registration(answer, with_presence=purpose is Purpose.ADD)
    challenges.use_up(answer.challenge)
    passkey = _row_of(user, answer, made, device)
    if not insert_one(Passkey, _values(passkey)):
        raise PasskeyRefused(Reason.EXISTS)
    passkeys.note_owner(user.id)
    label = passkeys.label_of(passkey)
    record(EventKind.PASSKEY_ADDED, user_id=user.id, actor_id=user.id, device=label)
    template = "passkey_added" if purpose is Purpose.ADD else "passkey_added_unasked"
    passkeys.tell(user, template, label)
    asked = purpose is Purpose.ADD and made.user_verified
    return passkeys.methods_of(passkey, user_verified=True) if asked else ()


def _row_of(user: User, answer: Answer, made: VerifiedRegistration, device: str | None) -> Passkey:
    return Passkey(
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


def _values(passkey: Passkey) -> dict[str, object]:
    """The columns of a row that the session does not know."""
    columns = Passkey.__table__.columns
    return {column.name: getattr(passkey, column.name) for column in columns}
