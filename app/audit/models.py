"""Rows of the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import TABLE_OPTIONS, Model, PrimaryId, ascii_text


def _area_of(context: Any) -> str:
    kind: str = context.get_current_parameters()["kind"]
    return kind.partition(".")[0]


class Event(Model):
    """Something that happened to a person or by one; kept without foreign keys, so it outlives both."""

    __tablename__ = "events"
    # Each answers "the newest of this …": equality first, then the order, so a page is one short walk.
    __table_args__ = (
        Index("ix_events_user_id_id", "user_id", "id"),
        Index("ix_events_actor_id_id", "actor_id", "id"),
        Index("ix_events_client_id_id", "client_id", "id"),
        Index("ix_events_team_id_id", "team_id", "id"),
        Index("ix_events_ip_id", "ip", "id"),
        Index("ix_events_kind_id", "kind", "id"),
        Index("ix_events_area_id", "area", "id"),
        TABLE_OPTIONS,
    )

    id: Mapped[PrimaryId]
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str] = mapped_column(ascii_text(64))
    area: Mapped[str] = mapped_column(ascii_text(24), default=_area_of)
    """The first word of the kind, so that an index finds all kinds that begin with it."""
    user_id: Mapped[str | None] = mapped_column(ascii_text(32))
    actor_id: Mapped[str | None] = mapped_column(ascii_text(32))
    client_id: Mapped[str | None] = mapped_column(ascii_text(32))
    team_id: Mapped[str | None] = mapped_column(ascii_text(32))
    ip: Mapped[str | None] = mapped_column(ascii_text(45))
    request_id: Mapped[str | None] = mapped_column(ascii_text(32))
    details: Mapped[str] = mapped_column(Text, default="{}")
