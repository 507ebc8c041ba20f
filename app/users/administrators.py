"""Who administers the portal: there is always somebody."""

from sqlalchemy import func, select, true, update

from ..audit import EventKind, record
from ..clock import now
from ..database.rows import db
from ..extensions import settings
from .models import User
from .notices import notify
from .refusals import LastAdministrator, NotActive, OwnAccount


def has_one() -> bool:
    """Whether somebody administers the portal, who is not blocked."""
    active = User.is_admin == true(), User.blocked_at.is_(None), User.deleted_at.is_(None)
    return db.session.scalar(select(User.id).where(*active).limit(1)) is not None


def appoint(user: User, by: str | None = None) -> None:
    """Make ``user`` an administrator and tell all of them; ``by``: id of who does it, None at the command line. Raises :class:`NotActive`."""
    if user.is_admin:
        return
    if not user.is_active:
        raise NotActive
    user.is_admin = True
    announce(user, by=by)


def announce(user: User, *, by: str | None) -> None:
    """Record that ``user`` is an administrator now, made so by ``by`` (None: at the command line), and email all of them."""
    record(EventKind.ADMINISTRATOR_APPOINTED, user_id=user.id, actor_id=by)
    appointing = db.session.get(User, by) if by is not None else None
    all_of_them = select(User).where(
        User.is_admin == true(), User.blocked_at.is_(None), User.deleted_at.is_(None)
    )
    for administrator in db.session.scalars(all_of_them).all():
        notify(
            administrator,
            "new_administrator",
            by=by,
            name=user.username,
            appointed_by=appointing.username if appointing is not None else None,
            link=f"{settings.issuer}/admin/users/{user.id}",
        )


def ask_for_second_factor(is_required: bool) -> bool:
    """Note from when on administrators are asked for a second factor, or forget it where none ``is_required``.

    False where there is nothing to write. ``updated_at`` stays: apps read it, and nothing they know has changed.
    """
    has_been_asked = User.second_factor_asked_at
    waits = has_been_asked.is_(None) if is_required else has_been_asked.is_not(None)
    waiting = User.is_admin == true(), waits
    if db.session.scalar(select(User.id).where(*waiting).limit(1)) is None:
        return False
    moment = now() if is_required else None
    noted = update(User).where(*waiting).values(second_factor_asked_at=moment, updated_at=User.updated_at)
    db.session.execute(noted.execution_options(synchronize_session=False))
    return True


def list_without_second_factor() -> list[User]:
    """Those who administer the portal, are not blocked, and have no second factor."""
    active = User.is_admin == true(), User.blocked_at.is_(None), User.deleted_at.is_(None)
    lacking = User.totp_at.is_(None), User.passkey_at.is_(None)
    return list(db.session.scalars(select(User).where(*active, *lacking).order_by(User.id)))


def dismiss(user: User, by: str) -> None:
    """Let ``user`` be an administrator no longer. Raises :class:`OwnAccount`, :class:`LastAdministrator`."""
    if not user.is_admin:
        return
    refuse_own(user, by)
    keep_one(besides=user)
    user.is_admin, user.second_factor_asked_at = False, None
    record(EventKind.ADMINISTRATOR_DISMISSED, user_id=user.id, actor_id=by)


def refuse_own(user: User, by: str) -> None:
    """Raise :class:`OwnAccount` where ``user`` would do this to themselves, as by a slip."""
    if user.id == by:
        raise OwnAccount


def keep_one(besides: User) -> None:
    """Make sure that somebody administers the portal without ``besides``. Raises :class:`LastAdministrator`.

    Two administrators may dismiss each other at the same moment. Each writes to every administrator's row first,
    so the second waits for the first (on a cluster, its commit is refused) and counts those who are left.
    """
    # “= true”, not “IS true”: MariaDB answers only the former from the index.
    touch = update(User).where(User.is_admin == true()).values(updated_at=now())
    db.session.execute(touch.execution_options(synchronize_session=False))
    others = select(func.count()).select_from(User).where(User.is_admin == true(), User.id != besides.id)
    if not db.session.scalar(others.where(User.blocked_at.is_(None), User.deleted_at.is_(None))):
        raise LastAdministrator
