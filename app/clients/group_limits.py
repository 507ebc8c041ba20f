"""Apps that only the people of some groups may use."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, select, true

from ..audit.events import EventKind
from ..database.rows import db, insert_missing
from ..groups.models import Group, GroupMember
from .events import note
from .models import Client, ClientGroup


def list_groups(client_id: str) -> list[Group]:
    """The groups whose people may use the app, by name, if it is not for everybody."""
    query = select(Group).join(ClientGroup, ClientGroup.group_id == Group.id)
    return list(db.session.scalars(query.where(ClientGroup.client_id == client_id).order_by(Group.name_key)))


def names_of_groups(client: Client) -> list[str] | None:
    """The names of these groups; None where everybody may use the app."""
    return [group.name for group in list_groups(client.id)] if client.groups_only else None


def names_of_apps_for(group_id: str) -> list[str]:
    """The names of the apps that are for this group only, or for it and others."""
    query = select(Client.name).join(ClientGroup, ClientGroup.client_id == Client.id)
    return list(db.session.scalars(query.where(ClientGroup.group_id == group_id).order_by(Client.name)))


def restrict_to(client: Client, groups: Sequence[Group], *, actor_id: str | None) -> bool:
    """Let only people of ``groups`` use the app: of none, nobody. False where that is so already."""
    before = {group.id for group in list_groups(client.id)}
    wanted = {group.id for group in groups}
    if client.groups_only and before == wanted:
        return False
    _keep(client, sorted(wanted))
    client.groups_only = True
    note(
        EventKind.CLIENT_CHANGED, client, actor_id, fields=["groups"], groups=[group.name for group in groups]
    )
    return True


def lift(client: Client, *, actor_id: str | None) -> bool:
    """Let everybody use the app again. False where that is so already."""
    if not client.groups_only:
        return False
    _keep(client, [])
    client.groups_only = False
    note(EventKind.CLIENT_CHANGED, client, actor_id, fields=["groups"], groups=None)
    return True


def is_outside(client_id: str, user_id: str) -> bool:
    """Whether this person is in none of the groups of an app that is only for some."""
    query = select(Client.id).where(Client.id == client_id, not_in_groups(user_id))
    return db.session.scalar(query) is not None


def not_in_groups(user_id: Any) -> ColumnElement[bool]:
    """Whether the app of the row is only for groups that this person is not in: looked up for such an app alone."""
    return and_(Client.groups_only == true(), ~in_groups(Client.id, user_id))


def in_groups(client_id: Any, user_id: Any) -> ColumnElement[bool]:
    """Whether this person is in one of the groups of that app."""
    return exists(
        select(GroupMember.user_id)
        .select_from(ClientGroup)
        .join(GroupMember, GroupMember.group_id == ClientGroup.group_id)
        .where(ClientGroup.client_id == client_id, GroupMember.user_id == user_id)
        .correlate_except(ClientGroup, GroupMember)
    )


def _keep(client: Client, group_ids: Sequence[str]) -> None:
    """Replace the whole list."""
    others = ClientGroup.client_id == client.id, ClientGroup.group_id.not_in(group_ids)
    db.session.execute(delete(ClientGroup).where(*others).execution_options(synchronize_session=False))
    if group_ids:
        insert_missing(ClientGroup, [{"client_id": client.id, "group_id": each} for each in group_ids])
