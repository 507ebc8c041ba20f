"""The pictures of people: one each, kept in the database, so that every machine shows it."""

import secrets

from sqlalchemy import bindparam, delete, insert, select, update

from ..audit import EventKind, record
from ..clock import now
from ..database.engines import read_connection
from ..database.rows import changed, db
from .models import Picture, User

_SHOWN = (
    select(Picture.content)
    .join(User, User.id == Picture.user_id)
    .where(
        Picture.id == bindparam("picture"),
        User.picture_id == Picture.id,
        User.blocked_at.is_(None),
        User.deleted_at.is_(None),
    )
)


def find_picture(picture_id: str) -> bytes | None:
    """The picture with this id, unless its person has another one by now, is blocked or deleted."""
    with read_connection() as connection:
        return connection.scalar(_SHOWN, {"picture": picture_id})


def replace_picture(user: User, content: bytes) -> None:
    """Give ``user`` this picture, at an address of its own, instead of the one before."""
    user.picture_id = secrets.token_hex(16)  # an id that tells the time would tell when it was taken
    db.session.flush()  # the row of the person is locked from here on: of several at once, one picture stays
    _delete_picture_of(user)
    db.session.execute(
        insert(Picture).values(id=user.picture_id, user_id=user.id, content=content),
    )


def remove_picture(user: User, by: str) -> bool:
    """Take the picture of ``user`` away, by the hand of the person with the id ``by``; whether there was one."""
    had_one = update(User).where(User.id == user.id, User.picture_id.is_not(None))
    if changed(had_one.values(picture_id=None, updated_at=now())) == 0:
        return False
    _delete_picture_of(user)
    if by == user.id:
        record(EventKind.PROFILE_CHANGED, user_id=user.id, actor_id=by, fields=["picture"])
    else:
        record(EventKind.PICTURE_REMOVED, user_id=user.id, actor_id=by)
    return True


def forget_picture(user: User) -> None:
    """Delete the picture of somebody who is gone, or who did not give it."""
    user.picture_id = None
    _delete_picture_of(user)


def _delete_picture_of(user: User) -> None:
    db.session.execute(delete(Picture).where(Picture.user_id == user.id))
