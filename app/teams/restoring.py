"""An account is given back to its person: whom an intruder asked into teams meanwhile is out again."""

import json
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select

from ..audit import EventKind, record
from ..audit.models import Event
from ..database.rows import db, first_id_at
from ..users.models import User
from . import notices
from .changing import hold_all
from .heirs import is_empty, keep_owner
from .invitations import take_back_sent_since
from .members import find_member, list_active
from .membership import part
from .models import Role, Team, TeamMember


def take_back_given_since(user: User, since: datetime) -> None:
    """Take back what ``user`` has given in teams ``since`` then: somebody else may have been in the account.

    Who joined by an invitation of theirs is removed, whom they made an owner or developer becomes a reader, and likewise
    who has that from one of those in turn; invitations that wait end. ``user`` is never removed.
    """
    theirs = select(TeamMember.team_id).where(TeamMember.user_id == user.id)
    joined = select(TeamMember.team_id).where(TeamMember.added_by == user.id, TeamMember.since >= since)
    changed = select(Event.team_id).where(*_changes_since(since), Event.actor_id == user.id)
    teams = hold_all(or_(*(Team.id.in_(those) for those in (theirs, joined, changed))))
    take_back_sent_since(user, since)  # with the teams held: nobody accepts one meanwhile
    for team in teams:
        for user_id, has_joined in sorted(_list_accomplices(team, user, since).items()):
            _reduce(team, user_id, has_joined=has_joined)
        _keep_owner(team, user)


def _list_accomplices(team: Team, user: User, since: datetime) -> dict[str, bool]:
    """Who has something in ``team`` by ``user`` or by somebody who has it from them, and whether they joined by it."""
    members = select(TeamMember.user_id, TeamMember.added_by).where(
        TeamMember.team_id == team.id, TeamMember.since >= since
    )
    joined = {row.user_id: row.added_by for row in db.session.execute(members)}
    changes = select(Event).where(Event.team_id == team.id, *_changes_since(since))
    raised = [
        (event.user_id, event.actor_id)
        for event in db.session.scalars(changes)
        if json.loads(event.details)["role"] != Role.READER
    ]
    found: set[str | None] = {user.id}
    while more := {who for who, by in [*joined.items(), *raised] if by in found} - found:
        found |= more
    return {who: joined.get(who) in found - {None} for who in found - {user.id} if who is not None}


def _changes_since(since: datetime) -> tuple[ColumnElement[bool], ...]:
    return Event.kind == EventKind.TEAM_ROLE_CHANGED, Event.id >= first_id_at(since)


def _reduce(team: Team, user_id: str, *, has_joined: bool) -> None:
    """Remove who has joined, make others readers, and tell them."""
    member = find_member(team.id, user_id)
    if member is None:
        return
    if has_joined:
        record(EventKind.TEAM_MEMBER_REMOVED, user_id, team_id=team.id, team=team.name)
        part(member)
        notices.tell_of_removal(team, user_id, by=None)
    elif member.role != Role.READER:
        member.role = Role.READER
        db.session.flush()
        record(EventKind.TEAM_ROLE_CHANGED, user_id, team_id=team.id, team=team.name, role=Role.READER.value)
        notices.tell_of_role(team, user_id, Role.READER, by=None)


def _keep_owner(team: Team, user: User) -> None:
    """Where no owner is left who can sign in, ``user`` is one again, whom an accomplice may have demoted or removed.

    Other members come before somebody who is no longer in the team.
    """
    if list_active(team.id, [Role.OWNER]):
        return
    member = find_member(team.id, user.id)
    if member is None and not is_empty(team):
        keep_owner(team, user)
        return
    if member is None:
        member = TeamMember(team_id=team.id, user_id=user.id, added_by=user.id)
        db.session.add(member)
    member.role = Role.OWNER
    db.session.flush()
    record(EventKind.TEAM_INHERITED, user.id, team_id=team.id, team=team.name)
