"""Rows of the audit trail."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database import TABLE_OPTIONS, Model, PrimaryId, ascii_text


class Event(Model):
    """Something that happened to a person or by one; kept without foreign keys, so it outlives both."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_user_id_id", "user_id", "id"), TABLE_OPTIONS)

    id: Mapped[PrimaryId]
    at: Mapped[datetime] = mapped_column(default=now)
    kind: Mapped[str] = mapped_column(ascii_text(64), index=True)
    user_id: Mapped[str | None] = mapped_column(ascii_text(32))
    actor_id: Mapped[str | None] = mapped_column(ascii_text(32))
    ip: Mapped[str | None] = mapped_column(ascii_text(45))
    request_id: Mapped[str | None] = mapped_column(ascii_text(32))
    details: Mapped[str] = mapped_column(Text, default="{}")
