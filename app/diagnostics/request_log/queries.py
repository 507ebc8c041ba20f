"""Which rows of the request log are read, each question by one index in the order of the list."""

import re
from typing import TypeVarTuple

from sqlalchemy import Select, or_, select

from ..causes import CATALOGUE
from ..models import LoggedRequest

OUTCOMES = ("ok", "refused")
MOST_SEARCHED = 500  # rows of each outcome: a log has any number of them
AN_ID = re.compile(r"[0-9a-f]{32}")
Ts = TypeVarTuple("Ts")


def entries_of(
    client_id: str | None, outcome: str | None = None, cause: str | None = None, before: str | None = None
) -> Select[LoggedRequest]:
    """The rows of an app (None: of no app at all), narrowed."""
    query = select(LoggedRequest).where(LoggedRequest.client_id == client_id)
    narrowed = "client_id_outcome_id" if outcome in OUTCOMES else "client_id_id"
    return by_index(_filtered(query, outcome, cause, before), f"ix_logged_requests_{narrowed}")


def by_index(query: Select[*Ts], index: str) -> Select[*Ts]:
    """Walk this index: by its samples MariaDB sometimes intersects two others instead, and sorts what it finds."""
    for dialect in ("mysql", "mariadb"):
        query = query.with_hint(LoggedRequest, f"FORCE INDEX ({index})", dialect)
    return query


def newest_of(client_id: str, outcome: str) -> Select[str | None, str | None]:
    """Cause and remarks of the newest requests of an app with this outcome."""
    newest = select(LoggedRequest.cause, LoggedRequest.remarks).where(
        LoggedRequest.client_id == client_id, LoggedRequest.outcome == outcome
    )
    newest = by_index(newest, "ix_logged_requests_client_id_outcome_id")
    return newest.order_by(LoggedRequest.id.desc()).limit(MOST_SEARCHED)


def _filtered(
    query: Select[LoggedRequest], outcome: str | None, cause: str | None, before: str | None
) -> Select[LoggedRequest]:
    if outcome in OUTCOMES:
        query = query.where(LoggedRequest.outcome == outcome)
    if cause in CATALOGUE:
        remarked = LoggedRequest.remarks.contains(f" {cause} ", autoescape=True)
        query = query.where(or_(LoggedRequest.cause == cause, remarked))
    if before is not None:
        query = query.where(LoggedRequest.id < before)
    return query
