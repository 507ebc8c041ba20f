"""Accepting or declining an app that is on offer: of several answers at once one is heard."""

from sqlalchemy import Delete, delete

from ..audit.events import EventKind
from ..database.rows import changed
from ..teams.members import find_role
from ..teams.models import Role, Team
from ..users.models import User
from ..users.notices import notify
from .allowances import end_allowances
from .events import note
from .handing_over import name_of, take_over, told_of
from .models import ClientTransfer
from .offers import Offer
from .owner_notices import link_to
from .verified import distrust_client


class TransferOver(Exception):
    """There is no such offer any more: it was answered, taken back, or who made it no longer decides about the app."""


def may_answer(found: Offer, user_id: str) -> bool:
    """Whether this person can accept the offer."""
    if isinstance(found.to, User):
        return found.to.id == user_id
    return find_role(found.to.id, user_id) is Role.OWNER


def accept(found: Offer, *, by: User) -> None:
    """Make the app the receiver's, and tell the owners so far. Raises :class:`TransferOver`, ClientRefused."""
    client = found.client
    if client.disabled_at is not None or not may_answer(found, by.id) or changed(_this(found)) != 1:
        raise TransferOver
    keeps = isinstance(found.to, Team) and find_role(found.to.id, found.by.id) is Role.OWNER
    if not take_over(client, found.to, actor_id=by.id, offered_by=found.by):
        raise TransferOver
    if not keeps:
        distrust_client(client, actor_id=by.id)
        end_allowances(client, actor_id=by.id)


def decline(found: Offer, *, by: User) -> None:
    """Leave the app where it is, and tell the owners so far. Raises :class:`TransferOver`."""
    if changed(_this(found)) != 1:
        raise TransferOver
    note(EventKind.OFFER_DECLINED, found.client, by.id, **told_of(found.to))
    link = link_to(found.client, "/transfer")
    notify(found.by, "offer_declined", by=by.id, app=found.client.name, receiver=name_of(found.to), link=link)


def _this(found: Offer) -> Delete:
    """Delete this very offer, not one that was made in its place."""
    same_receiver = (
        ClientTransfer.to_user_id == found.to.id
        if isinstance(found.to, User)
        else ClientTransfer.to_team_id == found.to.id
    )
    same = ClientTransfer.client_id == found.client.id, ClientTransfer.asked_by == found.by.id, same_receiver
    return delete(ClientTransfer).where(*same).execution_options(synchronize_session="fetch")
