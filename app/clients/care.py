"""Apps whose owner has left and that other people use: in the care of administrators, or for two weeks more.

Administrators hand such an app over to somebody, which takes its end back as well.
"""

from datetime import timedelta

from sqlalchemy import delete, select, update

from ..audit.events import EventKind, record
from ..clock import now
from ..database.rows import changed, db
from ..users.models import User
from ..users.refusals import NotActive
from .introspection import forget_introspection_of_all
from .models import Client
from .owner_notices import tell_of_new_owner
from .people_per_app import count_people
from .refusals import PortalsOwnApp
from .registration import PORTALS_OWN, delete_client, list_own_clients

NOTICE = timedelta(days=14)  # from the leave of its owner to the end of an app, of which its people are told
APPS_A_BATCH = 10  # of a transaction: each takes everybody's consents and tokens along


def list_used_by_others(owner_id: str) -> list[tuple[Client, int]]:
    """The apps of that person that other people use, oldest first, with how many do."""
    clients = list_own_clients(owner_id)
    people = count_people([client.id for client in clients], besides=owner_id)
    return [(client, people[client.id]) for client in clients if people[client.id]]


def end_after_notice(client: Client) -> None:
    """Let ``client`` end when its people have had time to find another app."""
    client.ends_at = now() + NOTICE


def part_with_apps_of(user: User) -> None:
    """Delete the apps of a person whose account is deleted, but those that other people use: these lose their owner."""
    # Whoever connects one of them at this moment waits for our commit, so nobody is counted too late.
    locked = select(Client.id).where(Client.owner_id == user.id).with_for_update()
    db.session.execute(locked).all()
    used = {client.id for client, _people in list_used_by_others(user.id)}
    for client in list_own_clients(user.id):
        if client.id in used:
            _take_into_care(client)
        else:
            delete_client(client, actor_id=user.id, with_owner=True)


def hand_over(client: Client, owner: User, *, actor_id: str | None) -> bool:
    """Make ``client`` the app of ``owner`` and tell them; False where it is already, or somebody else was faster.

    What administrators allowed it in other hands ends. Raises :class:`PortalsOwnApp`, NotActive.
    """
    if client.id == PORTALS_OWN:
        raise PortalsOwnApp
    if not owner.is_active:
        raise NotActive
    before = client.owner_id
    if before == owner.id or not _change_owner(client, owner.id):
        return False
    forget_introspection_of_all(client, actor_id=actor_id)
    record(EventKind.CLIENT_HANDED_OVER, owner.id, actor_id, client_id=client.id, app=client.name)
    if before is not None:
        record(EventKind.CLIENT_GIVEN_AWAY, before, actor_id, client_id=client.id, app=client.name)
    tell_of_new_owner(client, by=actor_id)
    return True


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


def _take_into_care(client: Client) -> None:
    """Let ``client`` work on as nobody's, like one that registered itself, and as none of the portal's."""
    forget_introspection_of_all(client, actor_id=client.owner_id)
    record(
        EventKind.CLIENT_LEFT, client.owner_id, client.owner_id, client_id=client.id, app=client.name,
        ends_at=client.ends_at.isoformat() if client.ends_at else None,
    )  # fmt: skip
    client.owner_id = None
    client.owner_left_at = now()
    client.registered_dynamically = True


def _change_owner(client: Client, owner_id: str) -> bool:
    """Write the new owner, unless somebody else has just written another, or the app has ended."""
    same = Client.owner_id.is_(None) if client.owner_id is None else Client.owner_id == client.owner_id
    values: dict[str, object] = {"owner_id": owner_id, "owner_left_at": None, "ends_at": None}
    if client.owner_left_at is not None:
        values["registered_dynamically"] = False
    return changed(update(Client).where(Client.id == client.id, same).values(values)) == 1
