"""Which apps are told that somebody's sessions have ended: one statement finds them, one inserts."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, or_, select

from ...clients.models import Client
from ...clock import now
from ...consents.models import Consent
from ...database.rows import db, new_id
from ...users.models import User
from ..models import TokenFamily
from .models import LogoutDelivery

MOST_SESSIONS = 50  # of one person at one app, the newest ones; with more, the rest are months old


def tell_of_ended_sessions(user_id: str, session_ids: Iterable[str]) -> None:
    """Let each app that somebody got into from one of these sessions hear of its end."""
    _queue(_found(TokenFamily.user_id == user_id, TokenFamily.session_id.in_(session_ids)))


def tell_of_withdrawn_consent(consent: Consent) -> None:
    """Let the app that is disconnected end whatever it has open by this consent."""
    assert consent.withdrawn_at is not None
    _queue(_found(TokenFamily.consent_id == consent.id, _lived_until(consent.withdrawn_at)))


def tell_of_blocked_person(user: User) -> None:
    """Let each app end whatever it has open of this person, also from sessions that ran out long ago."""
    assert user.blocked_at is not None
    _queue(_found(TokenFamily.user_id == user.id, _lived_until(user.blocked_at)))


def _lived_until(moment: datetime) -> ColumnElement[bool]:
    """Whether an access was there until then: what ended before, the app has heard of."""
    return or_(TokenFamily.revoked_at.is_(None), TokenFamily.revoked_at >= moment)


def _found(*conditions: ColumnElement[bool]) -> Select[str, str, str | None]:
    """App, person and session (None or empty: the app got in without one) of these token families, each once.

    Without apps that hear of nothing, and without what waits for its first try anyway.
    """
    waits = exists().where(
        LogoutDelivery.client_id == TokenFamily.client_id,
        LogoutDelivery.user_id == TokenFamily.user_id,
        func.coalesce(LogoutDelivery.sid, "") == func.coalesce(TokenFamily.session_id, ""),
        LogoutDelivery.attempts == 0,
    )
    hears = and_(Client.backchannel_logout_uri.is_not(None), Client.disabled_at.is_(None))
    whose = TokenFamily.client_id, TokenFamily.user_id, TokenFamily.session_id
    query = select(*whose).join(Client, Client.id == TokenFamily.client_id)
    query = query.where(*conditions, hears, ~waits).group_by(*whose)
    return query.order_by(func.max(TokenFamily.id).desc())


def _queue(query: Select[str, str, str | None]) -> None:
    moment, sessions_of = now(), dict[str, int]()
    rows = []
    for client_id, user_id, sid in db.session.execute(query):
        sessions_of[client_id] = sessions_of.get(client_id, 0) + 1
        if sessions_of[client_id] <= MOST_SESSIONS:
            rows.append({"id": new_id(), "client_id": client_id, "user_id": user_id, "sid": sid or None})
    if rows:
        due = {"created_at": moment, "next_try_at": moment, "attempts": 0}
        db.session.execute(insert(LogoutDelivery), [row | due for row in rows])
