"""Making, renaming and deleting groups, and what they may be called."""

from collections.abc import Iterable

from blinker import Namespace
from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError

from ..audit.events import EventKind, record, record_for_many
from ..database.rows import changed, db, new_id
from ..users import lookalikes
from ..users.directory import begins
from ..users.display_names import LONGEST_KEY, has_invisible, is_too_long, name_key, tidy
from .models import Group, GroupMember
from .refusals import GroupGone, GroupInUse, GroupRefused, NotFound, Problem

LONGEST_DESCRIPTION = 200
# One ends a name in files of people, the other in the rules of many programs that read the claim.
SEPARATORS = frozenset(";,")

_signals = Namespace()

group_wanted = _signals.signal("group-wanted")
"""Asked with the id of a group that may be deleted; receivers return the names of apps that are only for it and others."""


def find_group(group_id: str) -> Group | None:
    """The group with this id."""
    return db.session.get(Group, group_id)


def find_by_name(name: str) -> Group | None:
    """The group of this name, compared without case."""
    return db.session.scalar(select(Group).where(Group.name_key == name_key(tidy(name))))


def get_named(names: Iterable[str]) -> list[Group]:
    """The groups of these names, each once. Raises :class:`NotFound` with all names that are no group's."""
    wanted = {name_key(tidy(name)): name for name in names}
    query = select(Group).where(Group.name_key.in_(wanted)).order_by(Group.name_key)
    found = list(db.session.scalars(query))
    known = {group.name_key for group in found}
    if missing := [name for key, name in wanted.items() if key not in known]:
        raise NotFound(missing)
    return found


def list_groups() -> list[Group]:
    """Every group, by name."""
    return list(db.session.scalars(select(Group).order_by(Group.name_key)))


def search(text: str) -> Select[Group]:
    """Groups whose name begins with ``text``."""
    key = name_key(tidy(text))[: LONGEST_KEY + 1]
    return select(Group).where(begins(Group.name_key, key)) if key else select(Group)


def create_group(name: str, description: str = "", *, actor_id: str | None) -> Group:
    """Make a group, and return it. Raises :class:`GroupRefused`."""
    name, description = check_name(name), check_description(description)
    group = Group(name=name, name_key=name_key(name), description=description, created_by=actor_id)
    db.session.add(group)
    _flush()
    record(EventKind.GROUP_CREATED, actor_id, actor_id, name=name)
    return group


def change_group(group: Group, name: str, description: str, *, actor_id: str | None) -> list[str]:
    """Change name and description; return which of them are new. Raises :class:`GroupRefused`."""
    values = {"name": check_name(name, group.id), "description": check_description(description)}
    new = [field for field, value in values.items() if getattr(group, field) != value]
    if not new:
        return []
    before = group.name
    group.name, group.name_key, group.description = (
        values["name"],
        name_key(values["name"]),
        values["description"],
    )
    _flush()
    record(EventKind.GROUP_CHANGED, actor_id, actor_id, name=group.name, before=before, fields=new)
    return new


def apps_for(group_id: str) -> list[str]:
    """The names of the apps that are only for this group and others, as the feature that keeps apps tells."""
    answers = [apps for _receiver, apps in group_wanted.send(group_id)]
    return sorted(app for apps in answers for app in apps)


def delete_group(group: Group, *, even_if_used: bool = False, actor_id: str | None) -> None:
    """Delete the group: everybody leaves it. An app that was only for it is for nobody until somebody says otherwise.

    Raises :class:`GroupInUse` unless ``even_if_used``, :class:`GroupGone`.
    """
    hold(group.id)
    apps = apps_for(group.id)
    if apps and not even_if_used:
        raise GroupInUse(apps)
    people = db.session.scalars(select(GroupMember.user_id).where(GroupMember.group_id == group.id)).all()
    if people:
        record_for_many(EventKind.GROUP_MEMBER_REMOVED, people, actor_id, name=group.name)
    record(EventKind.GROUP_DELETED, actor_id, actor_id, name=group.name)
    db.session.delete(group)
    db.session.flush()


def hold(group_id: str) -> None:
    """Let nobody else change who is in the group until this transaction ends. Raises :class:`GroupGone`."""
    if not changed(update(Group).where(Group.id == group_id).values(revision=new_id())):
        raise GroupGone


def check_description(text: str) -> str:
    """``text`` as it is kept. Raises :class:`GroupRefused`."""
    description = " ".join(text.split())
    if len(description) > LONGEST_DESCRIPTION:
        raise GroupRefused("description", Problem.DESCRIPTION_TOO_LONG)
    return description


def check_name(text: str, group_id: str = "") -> str:
    """``text`` as the name of this group is kept: what programs compare, letter by letter. Raises :class:`GroupRefused`."""
    name = tidy(text)
    if not name:
        raise GroupRefused("name", Problem.NAME_MISSING)
    if is_too_long(name):
        raise GroupRefused("name", Problem.NAME_TOO_LONG)
    if has_invisible(name):
        raise GroupRefused("name", Problem.NAME_INVISIBLE)
    if SEPARATORS.intersection(name):
        raise GroupRefused("name", Problem.NAME_SEPARATOR)
    if lookalikes.mixes_scripts(name):
        raise GroupRefused("name", Problem.NAME_MIXED_SCRIPTS)
    same = select(Group.id).where(Group.name_key == name_key(name), Group.id != group_id)
    if db.session.scalar(same) is not None:
        raise GroupRefused("name", Problem.NAME_TAKEN)
    return name


def _flush() -> None:
    """Send the row now; two groups made under one name at once end as one refusal."""
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise GroupRefused("name", Problem.NAME_TAKEN) from None
