"""How many people allow something at present: who gives access for two teams is one of them."""

from collections.abc import Sequence

from sqlalchemy import func, select

from ..clients.people_per_app import counts_people
from ..database.rows import db
from ..scopes.words import has_word
from ..users.models import User
from .models import Consent


@counts_people
def count_people(client_ids: Sequence[str], besides: str | None = None) -> dict[str, int]:
    """How many people allow each of these clients something at present; those with nobody are left out.

    The person with the id ``besides`` is not counted.
    """
    query = (
        select(Consent.client_id, func.count(Consent.user_id.distinct()).label("people"))
        .where(Consent.client_id.in_(client_ids), Consent.withdrawn_at.is_(None))
        .group_by(Consent.client_id)
    )
    if besides is not None:
        query = query.where(Consent.user_id != besides)
    return {row.client_id: row.people for row in db.session.execute(query)}


def count_up_to(client_id: str, most: int) -> int:
    """How many people with a confirmed address allow this client something, counted no further than ``most``.

    Others may be one stranger with a hundred accounts.
    """
    standing = Consent.client_id == client_id, Consent.withdrawn_at.is_(None)
    some = select(Consent.user_id).distinct().join(User, User.id == Consent.user_id).where(*standing)
    some = some.where(User.email_verified_at.is_not(None)).limit(most)
    return db.session.scalar(select(func.count()).select_from(some.subquery())) or 0


def count_consents_with(scope: str) -> int:
    """How many people allow some app this scope at present."""
    query = select(func.count(Consent.user_id.distinct())).where(Consent.withdrawn_at.is_(None))
    return db.session.scalar(query.where(has_word(Consent.scope, scope))) or 0
