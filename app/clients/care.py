"""Apps whose owner has left and that other people use: in the care of administrators, or for two weeks more.

Administrators hand such an app over to somebody, which takes its end back as well.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from ..audit.events import EventKind, record
from ..clock import now
from ..database.rows import changed, db
from ..teams.members import list_teams_alone
from ..teams.models import Team
from ..users.models import User
from .events import note
from .introspection import forget_introspection_of_all
from .models import Client
from .people_per_app import count_people
from .registration import delete_client

NOTICE = timedelta(days=14)  # from the leave of its owner to the end of an app, of which its people are told
APPS_A_BATCH = 10  # of a transaction: each takes everybody's consents and tokens along


def list_left_by(user_id: str) -> list[Client]:
    """The apps that nobody looks after once this person is gone, oldest first: their own, and of teams with nobody else."""
    alone = list_teams_alone(user_id)
    query = select(Client).where(or_(Client.owner_id == user_id, Client.team_id.in_(alone)))
    return list(db.session.scalars(query.order_by(Client.id)))


def list_used_by_others(user_id: str) -> list[tuple[Client, int]]:
    """Those of :func:`list_left_by` that other people use, with how many do."""
    return _used(list_left_by(user_id), besides=user_id)


def end_after_notice(client: Client) -> None:
    """Let ``client`` end when its people have had time to find another app."""
    client.ends_at = now() + NOTICE


def part_with_apps_of(user: User) -> None:
    """Delete the apps of a person whose account is deleted, but those that other people use: these lose their owner."""
    _part_with(Client.owner_id == user.id, user.id)


def part_with_apps_of_team(team: Team, *, last: str) -> None:
    """The same for a team that nobody is in any more; ``last`` is the id of who was."""
    _part_with(Client.team_id == team.id, last)


def delete_ended() -> int:
    """Delete up to :data:`APPS_A_BATCH` apps whose end has come; return how many they were."""
    moment = now()
    over = select(Client.id, Client.name).where(Client.ends_at <= moment).limit(APPS_A_BATCH)
    ended = 0
    for client_id, name in db.session.execute(over).all():
        still_over = delete(Client).where(Client.id == client_id, Client.ends_at <= moment)
        if changed(still_over.execution_options(synchronize_session=False)) == 1:
            record(EventKind.CLIENT_DELETED, client_id=client_id, app=name)
            ended += 1
    return ended


def _part_with(which: ColumnElement[bool], actor_id: str) -> None:
    # Whoever connects one of them at this moment waits for our commit, so nobody is counted too late.
    locked = select(Client).where(which).order_by(Client.id).with_for_update()
    clients = list(db.session.scalars(locked.execution_options(populate_existing=True)))
    used = {client.id for client, _people in _used(clients, besides=actor_id)}
    for client in clients:
        if client.id in used:
            _take_into_care(client, actor_id)
        else:
            delete_client(client, actor_id=actor_id, with_owner=True)


def _used(clients: list[Client], *, besides: str) -> list[tuple[Client, int]]:
    people = count_people([client.id for client in clients], besides=besides)
    return [(client, people[client.id]) for client in clients if people[client.id]]


def _take_into_care(client: Client, actor_id: str) -> None:
    """Let ``client`` work on as nobody's, like one that registered itself, and as none of the portal's."""
    forget_introspection_of_all(client, actor_id=actor_id)
    ends_at = client.ends_at.isoformat() if client.ends_at else None
    note(EventKind.CLIENT_LEFT, client, actor_id, ends_at=ends_at)
    client.owner_id = client.team_id = None
    client.owner_left_at = now()
    client.registered_dynamically = True
