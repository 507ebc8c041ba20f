"""The passkeys of a person: listed, renamed, removed, and what the account says of them."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from ...audit import EventKind, record
from ...clock import now
from ...database.rows import changed, db, insert_missing
from ...extensions import settings
from ...users.models import User
from ...users.notices import notify
from ..models import Passkey, UnwantedPasskeys
from .authenticators import name_of
from .refusals import NoSuchPasskey

MOST = 20  # of one person


def list_passkeys(user_id: str) -> list[Passkey]:
    """Every passkey of this person, the newest first."""
    query = select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id.desc())
    return list(db.session.scalars(query))


def get_passkey(user_id: str, passkey_id: str) -> Passkey:
    """Return one passkey of this person. Raises :class:`NoSuchPasskey`."""
    found = db.session.get(Passkey, passkey_id)
    if found is None or found.user_id != user_id:
        raise NoSuchPasskey
    return found


def user_handle(user_id: str) -> bytes:
    """Return the person's name towards authenticators: the 16 bytes of the id that apps know as ``sub``."""
    return bytes.fromhex(user_id)


def rename(passkey: Passkey, name: str) -> None:
    """Let the person call it ``name``; an empty one brings back the name of what keeps it."""
    passkey.name = name or None


def remove(user: User, passkey_id: str) -> Passkey:
    """Remove a passkey, tell the person by email, and make none unasked from now on. Raises :class:`NoSuchPasskey`."""
    passkey = get_passkey(user.id, passkey_id)
    if not _delete(user.id, Passkey.id == passkey_id):
        raise NoSuchPasskey
    turn_off_unasked(user.id)
    label = label_of(passkey)
    record(EventKind.PASSKEY_REMOVED, user_id=user.id, actor_id=user.id, device=label)
    tell(user, "passkey_removed", label)
    return passkey


def delete_all_of(user: User) -> None:
    """Delete every passkey of ``user``, and what was noted about their wish."""
    _delete(user.id)
    db.session.execute(delete(UnwantedPasskeys).where(UnwantedPasskeys.user_id == user.id))


def delete_made_since(user: User, since: datetime) -> None:
    """Delete the passkeys of ``user`` that were made ``since`` then: somebody else may have been in the account."""
    _delete(user.id, Passkey.created_at >= since)


def are_wanted_unasked(user_id: str) -> bool:
    """Whether this person may get a passkey at a password sign-in without asking for one."""
    return db.session.get(UnwantedPasskeys, user_id) is None


def turn_off_unasked(user_id: str) -> None:
    """Make no passkey for this person unasked."""
    insert_missing(UnwantedPasskeys, [{"user_id": user_id, "since": now()}])


def turn_on_unasked(user_id: str) -> None:
    """Make a passkey for this person at a password sign-in, where the browser offers it."""
    db.session.execute(delete(UnwantedPasskeys).where(UnwantedPasskeys.user_id == user_id))


def label_of(passkey: Passkey) -> str | None:
    """Return what keeps it, or else the browser it was made with: in no language, and never what a person typed."""
    return name_of(passkey.aaguid) or passkey.device


def tell(user: User, template: str, label: str | None) -> None:
    """Email ``user`` what became of a passkey."""
    link = f"{settings.issuer}/account/security/passkeys"
    notify(user, template, by=user.id, label=label, link=link)


def note_owner(user_id: str) -> None:
    """Let the account say since when it has had a passkey: the one door to that column."""
    oldest = select(func.min(Passkey.created_at)).where(Passkey.user_id == user_id).scalar_subquery()
    values = {"passkey_at": oldest, "updated_at": User.updated_at}
    statement = update(User).where(User.id == user_id).values(values)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _delete(user_id: str, *conditions: ColumnElement[bool]) -> int:
    statement = delete(Passkey).where(Passkey.user_id == user_id, *conditions)
    count = changed(statement.execution_options(synchronize_session=False))
    if count:
        note_owner(user_id)
    return count
