"""Giving an app to a person or a team: what administrators and commands do at once, and an accepted offer at last."""

from sqlalchemy import delete, select, update

from ..audit.events import EventKind
from ..database.rows import changed, db
from ..teams.models import Team
from ..users.models import User
from ..users.refusals import NotActive
from . import app_limit
from .details import DEVELOPER_LIMITS
from .dynamic.registrations import end_management
from .events import note
from .introspection import forget_introspection_of_all
from .models import Client, ClientTransfer
from .owner_notices import tell_of_new_hands, tell_of_new_owner
from .refusals import PortalsOwnApp
from .registration import PORTALS_OWN

Receiver = User | Team


def hand_over(client: Client, to: Receiver, *, actor_id: str | None, offered_by: User | None = None) -> bool:
    """Make ``client`` the app of ``to`` and tell the owners it had and has; False where it is already, or another was faster.

    What administrators allowed it in other hands ends, and so does an offer of it. Raises :class:`PortalsOwnApp`, NotActive.
    """
    if client.id == PORTALS_OWN:
        raise PortalsOwnApp
    if isinstance(to, User) and not to.is_active:
        raise NotActive
    if client.keeper_id == to.id or not _is_there(to) or not _change(client, to):
        return False
    if client.keeper_id is not None:  # as it was
        tell_of_new_hands(client, name_of(to), by=actor_id, offered_by=offered_by)
        note(EventKind.CLIENT_GIVEN_AWAY, client, actor_id, **told_of(to))
    db.session.refresh(client)
    offered = delete(ClientTransfer).where(ClientTransfer.client_id == client.id)
    db.session.execute(offered.execution_options(synchronize_session="fetch"))
    forget_introspection_of_all(client, actor_id=actor_id)
    end_management(client)
    note(EventKind.CLIENT_HANDED_OVER, client, actor_id)
    tell_of_new_owner(client, by=actor_id)
    return True


def take_over(client: Client, to: Receiver, *, actor_id: str, offered_by: User) -> bool:
    """The same for what people decide among themselves: also raises ClientRefused where ``to`` has as many apps as it may."""
    owner_id, team_id = (to.id, None) if isinstance(to, User) else (None, to.id)
    app_limit.lock_owner(owner_id, team_id)
    if not hand_over(client, to, actor_id=actor_id, offered_by=offered_by):
        return False
    app_limit.refuse_one_too_many(owner_id, team_id, DEVELOPER_LIMITS.most_apps)
    return True


def name_of(receiver: Receiver) -> str:
    """What people call it, so that a team named like a person is not taken for that one."""
    return f"Team {receiver.name}" if isinstance(receiver, Team) else receiver.username


def told_of(receiver: Receiver) -> dict[str, str]:
    """What an event keeps of it: of a person the id alone, for the name goes with the account."""
    return {"team": str(receiver.name)} if isinstance(receiver, Team) else {"person": receiver.id}


def _is_there(receiver: Receiver) -> bool:
    """Whether a team, which may just have ended, is there and stays until the app is its."""
    if isinstance(receiver, User):
        return True
    held = select(Team.id).where(Team.id == receiver.id).with_for_update(read=True)
    return db.session.scalar(held) is not None


def _change(client: Client, to: Receiver) -> bool:
    """Write the new owner, unless somebody else has just written another, or the app has ended."""
    same = (
        Client.owner_id.is_not_distinct_from(client.owner_id),
        Client.team_id.is_not_distinct_from(client.team_id),
    )
    values: dict[str, object] = {
        "owner_id": to.id if isinstance(to, User) else None,
        "team_id": to.id if isinstance(to, Team) else None,
        "owner_left_at": None,
        "ends_at": None,
    }
    if client.owner_left_at is not None:
        values["registered_dynamically"] = False
    this = update(Client).where(Client.id == client.id, *same).values(values)
    return changed(this.execution_options(synchronize_session=False)) == 1
