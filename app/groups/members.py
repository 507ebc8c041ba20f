"""Who is in which group: putting people in, taking them out, and telling it."""

from collections.abc import Collection, Sequence

from sqlalchemy import Select, bindparam, delete, func, select
from sqlalchemy.orm import aliased

from ..audit.events import EventKind, record_for_many
from ..clock import now
from ..database.engines import read_connection
from ..database.rows import db, insert_missing
from ..users.models import SearchText, User
from ..users.search_texts import contains
from .groups import hold
from .models import Group, GroupMember

AT_ONCE = 400  # people; SQLite took no more than 999 variables for long

_NAMES_OF = (
    select(Group.name)
    .join(GroupMember, GroupMember.group_id == Group.id)
    .where(GroupMember.user_id == bindparam("user"))
)


def groups_of(user_id: str) -> list[str]:
    """The names of the groups that this person is in, sorted; as they are at this moment, in a read of its own."""
    with read_connection() as connection:
        return sorted(connection.execute(_NAMES_OF, {"user": user_id}).scalars())


def list_groups_of(user_id: str) -> list[tuple[Group, GroupMember, str | None]]:
    """The groups that this person is in, by name: since when, and the username of who put them in, if it is known."""
    adder = aliased(User)
    query = (
        select(Group, GroupMember, adder.username)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .outerjoin(adder, adder.id == GroupMember.added_by)
        .where(GroupMember.user_id == user_id)
        .order_by(Group.name_key)
    )
    return [(group, member, name or None) for group, member, name in db.session.execute(query)]


def search_members(group_id: str, text: str = "") -> Select[User, GroupMember, str]:
    """The people in this group whose username, name or address contains every word of ``text``; who put them in."""
    adder = aliased(User)
    query = (
        select(User, GroupMember, adder.username)
        .join(GroupMember, GroupMember.user_id == User.id)
        .outerjoin(adder, adder.id == GroupMember.added_by)
        .where(GroupMember.group_id == group_id, User.deleted_at.is_(None))
    )
    return query.join(SearchText, SearchText.user_id == User.id).where(contains(text)) if text else query


def count_members(group_ids: Collection[str]) -> dict[str, int]:
    """How many people are in each of these groups."""
    query = (
        select(GroupMember.group_id, func.count())
        .where(GroupMember.group_id.in_(group_ids))
        .group_by(GroupMember.group_id)
    )
    return dict.fromkeys(group_ids, 0) | {row[0]: row[1] for row in db.session.execute(query)}


def usernames_in(group_id: str) -> list[str]:
    """The usernames of everybody in the group, sorted."""
    query = select(User.username).join(GroupMember, GroupMember.user_id == User.id)
    return sorted(db.session.scalars(query.where(GroupMember.group_id == group_id)))


def add_members(group: Group, user_ids: Collection[str], *, actor_id: str | None) -> list[str]:
    """Put these people into the group; return the ids of those who were not in it. Raises GroupGone."""
    hold(group.id)
    present = _present(group.id, user_ids)
    new = [user_id for user_id in dict.fromkeys(user_ids) if user_id not in present]
    if new:
        same = {"group_id": group.id, "added_by": actor_id, "since": now()}
        insert_missing(GroupMember, [same | {"user_id": user_id} for user_id in new])
        record_for_many(EventKind.GROUP_MEMBER_ADDED, new, actor_id, name=group.name)
    return new


def remove_members(group: Group, user_ids: Collection[str], *, actor_id: str | None) -> list[str]:
    """Take these people out of the group; return the ids of those who were in it. Raises GroupGone."""
    hold(group.id)
    gone = sorted(_present(group.id, user_ids))
    for ids in _batches(gone):
        where = GroupMember.group_id == group.id, GroupMember.user_id.in_(ids)
        db.session.execute(delete(GroupMember).where(*where).execution_options(synchronize_session=False))
    if gone:
        record_for_many(EventKind.GROUP_MEMBER_REMOVED, gone, actor_id, name=group.name)
    return gone


def leave_all(user: User) -> None:
    """Take a person whose account is deleted out of every group."""
    out = delete(GroupMember).where(GroupMember.user_id == user.id)
    db.session.execute(out.execution_options(synchronize_session=False))


def _present(group_id: str, user_ids: Collection[str]) -> set[str]:
    found: set[str] = set()
    for ids in _batches(list(user_ids)):
        query = select(GroupMember.user_id).where(
            GroupMember.group_id == group_id, GroupMember.user_id.in_(ids)
        )
        found.update(db.session.scalars(query))
    return found


def _batches(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE)]
