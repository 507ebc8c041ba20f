"""The refused requests of all apps, and of none, for administrators."""

from datetime import datetime

from sqlalchemy import Select, func, null, select

from ...database.paging import filter_by_index
from ...database.rows import db, first_id_at
from ..models import LoggedRequest
from .queries import by_index

NO_APP = "none"  # no app has this id
MOST_ENDPOINTS = 50  # there are some twenty


def search_failures(
    client_id: str | None = None, cause: str | None = None, endpoint: str | None = None
) -> Select[LoggedRequest]:
    """The refused requests of an app (:data:`NO_APP`: of nobody's), for one cause, at one endpoint."""
    asked = {"client_id": null() if client_id == NO_APP else client_id, "cause": cause, "endpoint": endpoint}
    first = next((f"{name}_" for name, value in asked.items() if value is not None), "")
    query = select(LoggedRequest).where(LoggedRequest.outcome == "refused")
    query = by_index(query, f"ix_logged_requests_{first}outcome_id")
    return filter_by_index(query, *((getattr(LoggedRequest, name), value) for name, value in asked.items()))


def count_failures(since: datetime, most: int) -> int:
    """How many requests were refused ``since`` then, counted up to ``most``."""
    found = select(LoggedRequest.id).where(
        LoggedRequest.outcome == "refused", LoggedRequest.id >= first_id_at(since)
    )
    return db.session.scalar(select(func.count()).select_from(found.limit(most).subquery())) or 0


def list_endpoints() -> list[str]:
    """The endpoints that the log knows: from one to the next in the index, instead of through every row."""
    names: list[str] = []
    while len(names) < MOST_ENDPOINTS:
        following = select(LoggedRequest.endpoint).where(
            LoggedRequest.endpoint > (names[-1] if names else "")
        )
        name = db.session.scalar(following.order_by(LoggedRequest.endpoint).limit(1))
        if name is None:
            break
        names.append(name)
    return names
