"""Groups of people who come by a file: those of its column ``groups``, in the transaction of the import."""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from ..audit.events import EventKind, record_for_many
from ..clock import now
from ..database.rows import db, insert_missing
from ..users.display_names import name_key, tidy
from .groups import hold
from .members import AT_ONCE
from .models import Group, GroupMember


def find_ids(names: Collection[str]) -> dict[str, str]:
    """The id of the group of each of these names, as it was written; names of no group are left out."""
    keys = {name: name_key(tidy(name)) for name in names}
    wanted, ids = sorted(set(keys.values())), dict[str, str]()
    for start in range(0, len(wanted), AT_ONCE):
        query = select(Group.name_key, Group.id).where(Group.name_key.in_(wanted[start : start + AT_ONCE]))
        ids |= {row.name_key: row.id for row in db.session.execute(query)}
    return {name: ids[key] for name, key in keys.items() if key in ids}


def put_into_groups(people: Mapping[str, Collection[str]], by: str | None) -> None:
    """Put everybody, who has just come, into their groups: ``people`` has the ids of each one's. Raises GroupGone."""
    members: dict[str, list[str]] = {}
    for user_id, group_ids in people.items():
        for group_id in dict.fromkeys(group_ids):
            members.setdefault(group_id, []).append(user_id)
    moment = now()
    for group_id, user_ids in sorted(members.items()):
        hold(group_id)
        same = {"group_id": group_id, "added_by": by, "since": moment}
        insert_missing(GroupMember, [same | {"user_id": user_id} for user_id in user_ids])
        name = db.session.scalar(select(Group.name).where(Group.id == group_id))
        record_for_many(EventKind.GROUP_MEMBER_ADDED, user_ids, by, name=name)
