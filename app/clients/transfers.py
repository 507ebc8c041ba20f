"""Offering an app to somebody else, who has it once they accept.

An offer counts while who made it still decides about the app; of several answers at once one is heard.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, or_, select

from ..audit.events import EventKind
from ..clock import now
from ..database.rows import changed, db
from ..teams.members import find_role, list_active
from ..teams.models import Role, Team, TeamMember
from ..users.models import User
from ..users.notices import notify
from .events import note
from .handing_over import Receiver, take_over, told_of
from .models import TRANSFER_LIFETIME, Client, ClientTransfer
from .owner_notices import link_to
from .ownership import role_in

MOST_OFFERS_SHOWN = 10  # above the list of apps: anybody can offer something to anybody


class TransferProblem(StrEnum):
    """Why an app cannot be offered."""

    NOBODY = "nobody"
    OWN_ALREADY = "own_already"
    DISABLED = "disabled"


class TransferRefused(Exception):
    """The app cannot be offered to this receiver."""

    def __init__(self, problem: TransferProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Offer:
    """An app on offer, by whom, and to whom."""

    client: Client
    by: User
    to: Receiver
    expires_at: datetime


def offer(client: Client, to: Receiver | None, *, by: User) -> tuple[Receiver, bool]:
    """Offer ``client`` to a person or a team, whose owners are told by email; a former offer ends.

    Return the receiver, and whether it is theirs at once: who offers it is an owner of that team. Raises
    :class:`TransferRefused`, for None as well, and ClientRefused.
    """
    db.session.execute(
        select(Client.id).where(Client.id == client.id).with_for_update()
    )  # one offer at a time
    to = _checked(client, to)
    withdraw(client)
    if isinstance(to, Team) and find_role(to.id, by.id) is Role.OWNER:
        take_over(client, to, actor_id=by.id, offered_by=by)
        return to, True
    receiver = {"to_user_id": to.id} if isinstance(to, User) else {"to_team_id": to.id}
    moment = now()
    db.session.add(
        ClientTransfer(
            client_id=client.id,
            asked_by=by.id,
            asked_at=moment,
            expires_at=moment + TRANSFER_LIFETIME,
            **receiver,
        )
    )
    note(EventKind.CLIENT_OFFERED, client, by.id, **told_of(to))
    for person in [to] if isinstance(to, User) else list_active(to.id, [Role.OWNER]):
        team = to.name if isinstance(to, Team) else None
        link = link_to(client, "/transfer")
        notify(person, "app_offered", by=by.id, app=client.name, who=by.username, team=team, link=link)
    return to, False


def find_offer(client: Client) -> Offer | None:
    """The offer of ``client`` that waits for an answer, where who made it still decides about the app."""
    row = db.session.get(ClientTransfer, client.id, populate_existing=True)
    if row is None or row.expires_at <= now():
        return None
    by = db.session.get_one(User, row.asked_by)
    to = db.session.get(User, row.to_user_id) if row.to_user_id else db.session.get(Team, row.to_team_id)
    if to is None or not by.is_active or role_in(client, by.id) is not Role.OWNER:
        return None
    return Offer(client, by, to, row.expires_at)


def list_offers_to(user_id: str) -> list[Offer]:
    """The oldest :data:`MOST_OFFERS_SHOWN` offers that this person can accept, for themselves or as an owner of a team."""
    owned = select(TeamMember.team_id).where(TeamMember.user_id == user_id, TeamMember.role == Role.OWNER)
    to_them = or_(ClientTransfer.to_user_id == user_id, ClientTransfer.to_team_id.in_(owned))
    query = select(Client).join(ClientTransfer, ClientTransfer.client_id == Client.id).where(to_them)
    oldest = query.order_by(ClientTransfer.asked_at, ClientTransfer.client_id).limit(MOST_OFFERS_SHOWN)
    clients = db.session.scalars(oldest)
    return [found for client in clients.all() if (found := find_offer(client)) is not None]


def withdraw(client: Client, *, actor_id: str | None = None) -> bool:
    """Take the offer of ``client`` back; False where there is none. It is written down where ``actor_id`` does it."""
    ended = delete(ClientTransfer).where(ClientTransfer.client_id == client.id)
    if changed(ended.execution_options(synchronize_session="fetch")) != 1:
        return False
    if actor_id is not None:
        note(EventKind.OFFER_WITHDRAWN, client, actor_id)
    return True


def withdraw_made_by(user: User, since: datetime | None = None) -> None:
    """Take back what this person has offered, all of it or what they have ``since`` then, and what was offered to them."""
    theirs = ClientTransfer.asked_by == user.id
    which = (
        or_(theirs, ClientTransfer.to_user_id == user.id) if since is None else and_(theirs, _since(since))
    )
    db.session.execute(delete(ClientTransfer).where(which).execution_options(synchronize_session="fetch"))


def _since(moment: datetime) -> ColumnElement[bool]:
    return ClientTransfer.asked_at >= moment


def _checked(client: Client, to: Receiver | None) -> Receiver:
    """``to``, where it can take ``client``; a team without an owner who can sign in cannot."""
    if client.disabled_at is not None:
        raise TransferRefused(TransferProblem.DISABLED)
    if to is not None and to.id == client.keeper_id:
        raise TransferRefused(TransferProblem.OWN_ALREADY)
    takes = (
        to.is_active if isinstance(to, User) else to is not None and bool(list_active(to.id, [Role.OWNER]))
    )
    if to is None or not takes:
        raise TransferRefused(TransferProblem.NOBODY)
    return to
