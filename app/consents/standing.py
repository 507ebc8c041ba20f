"""What people allow clients at present: finding and listing it."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Select, select

from ..clients.models import Client
from ..database.rows import db
from ..teams.models import Team
from .models import ONESELF, Consent


class Connected(NamedTuple):
    """A consent, the client that has it, and the team it is for; None: the person."""

    consent: Consent
    client: Client
    team: Team | None


def find_consent(user_id: str, client_id: str, team_id: str | None = None) -> Consent | None:
    """What this person allows this client for this team (None: for themselves); None when they withdrew it."""
    return db.session.scalars(standing(user_id, client_id, team_id)).one_or_none()


def standing(user_id: str, client_id: str, team_id: str | None = None) -> Select[Consent]:
    """Select what :func:`find_consent` finds."""
    return select(Consent).where(
        Consent.user_id == user_id,
        Consent.client_id == client_id,
        Consent.for_whom == (team_id or ONESELF),
        Consent.withdrawn_at.is_(None),
    )


def list_consents_to(user_id: str, client_id: str) -> Sequence[Consent]:
    """What this person allows this client, for themselves and for each team; what they decided last comes first."""
    query = (
        select(Consent)
        .where(Consent.user_id == user_id, Consent.client_id == client_id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.updated_at.desc(), Consent.id)
    )
    return db.session.scalars(query).all()


def who_allows(user_ids: Collection[str], client_id: str) -> set[str]:
    """Return those of these people who allow this client something at present."""
    query = select(Consent.user_id).where(
        Consent.user_id.in_(user_ids), Consent.client_id == client_id, Consent.withdrawn_at.is_(None)
    )
    return set(db.session.scalars(query))


def list_consents(user_id: str) -> list[Connected]:
    """What this person allows at present, with the client and the team of each; newest first."""
    query = (
        select(Consent, Client, Team)
        .join(Client, Client.id == Consent.client_id)
        .outerjoin(Team, Team.id == Consent.team_id)
        .where(Consent.user_id == user_id, Consent.withdrawn_at.is_(None))
        .order_by(Consent.granted_at.desc(), Consent.id.desc())
    )
    return [Connected(*row) for row in db.session.execute(query)]
