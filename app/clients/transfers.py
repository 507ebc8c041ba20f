"""Offering an app to somebody else, who has it once they accept.

An offer counts while who made it still decides about the app; of several answers at once one is heard.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, func, or_, select

from ..audit.events import EventKind
from ..audit.models import Event
from ..clock import now
from ..database.rows import changed, db, first_id_at
from ..teams.members import find_role, list_active
from ..teams.models import Role, Team
from ..users.mail_caps import takes_another
from ..users.models import User
from ..users.notices import notify
from .events import note
from .handing_over import Receiver, take_over, told_of
from .models import TRANSFER_LIFETIME, Client, ClientTransfer
from .owner_notices import link_to

MOST_A_DAY = 20  # of one person: nobody fills lists and mailboxes with offers
MOST_TOLD = 50  # owners of a team


class TransferProblem(StrEnum):
    """Why an app cannot be offered."""

    NOBODY = "nobody"
    OWN_ALREADY = "own_already"
    DISABLED = "disabled"
    TOO_MANY = "too_many"


class TransferRefused(Exception):
    """The app cannot be offered to this receiver."""

    def __init__(self, problem: TransferProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def offer(client: Client, to: Receiver | None, *, by: User) -> tuple[Receiver, bool]:
    """Offer ``client`` to a person or a team, whose owners are told by email; a former offer ends.

    Return the receiver, and whether it is theirs at once: who offers it is an owner of that team. Raises
    :class:`TransferRefused`, for None as well, and ClientRefused.
    """
    db.session.execute(
        select(Client.id).where(Client.id == client.id).with_for_update()
    )  # one offer at a time
    to = _checked(client, to, by)
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
    _tell(client, to, by)
    return to, False


def withdraw(client: Client, *, actor_id: str | None = None) -> bool:
    """Take the offer of ``client`` back; False where there is none. It is written down where ``actor_id`` does it."""
    ended = delete(ClientTransfer).where(ClientTransfer.client_id == client.id)
    if changed(ended.execution_options(synchronize_session="fetch")) != 1:
        return False
    if actor_id is not None:
        note(EventKind.OFFER_WITHDRAWN, client, actor_id)
    return True


def withdraw_offers_of(user: User, since: datetime) -> None:
    """Take back what this person has offered ``since`` then."""
    _delete(and_(ClientTransfer.asked_by == user.id, ClientTransfer.asked_at >= since))


def forget_offers_of(user: User) -> None:
    """Delete what this person, who is gone, has offered and what they were offered."""
    _delete(or_(ClientTransfer.asked_by == user.id, ClientTransfer.to_user_id == user.id))


def _delete(which: ColumnElement[bool]) -> None:
    db.session.execute(delete(ClientTransfer).where(which).execution_options(synchronize_session="fetch"))


def _tell(client: Client, to: Receiver, by: User) -> None:
    """Email whoever can accept; nobody gets more than a few such emails an hour, since anybody can write them."""
    team = to.name if isinstance(to, Team) else None
    told = {"app": client.name, "who": by.username, "team": team, "link": link_to(client, "/transfer")}
    for person in [to] if isinstance(to, User) else list_active(to.id, [Role.OWNER], most=MOST_TOLD):
        if takes_another(person.email or "", by.id, "offers of apps"):
            notify(person, "app_offered", by=by.id, **told)


def _checked(client: Client, to: Receiver | None, by: User) -> Receiver:
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
    today = Event.actor_id == by.id, Event.id >= first_id_at(now() - timedelta(days=1))
    made = select(func.count()).where(*today, Event.kind == EventKind.CLIENT_OFFERED)
    if (db.session.scalar(made) or 0) >= MOST_A_DAY:
        raise TransferRefused(TransferProblem.TOO_MANY)
    return to
