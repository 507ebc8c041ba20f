"""Consents: one row for each person, client and team that access was given for."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import TABLE_OPTIONS, Id, Model, PrimaryId, ascii_text

ONESELF = ""
"""For whom a person gives access who gives it for no team; SQL takes no two NULLs for the same."""


class Consent(Model):
    """A person's standing permission for one client, for themselves or for one of their teams.

    A withdrawn one stays, to tell the owner when.
    """

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("user_id", "client_id", "for_whom"), TABLE_OPTIONS)

    id: Mapped[PrimaryId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    team_id: Mapped[Id | None] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), index=True)
    """The team that it is for; null: the person."""
    for_whom: Mapped[str] = mapped_column(ascii_text(32), default=ONESELF, server_default=ONESELF)
    """``team_id``, or :data:`ONESELF`. Neither ever changes: what was issued on this row is for that team alone."""
    scope: Mapped[str] = mapped_column(Text)
    """Everything allowed so far, words separated by spaces."""
    declined: Mapped[str] = mapped_column(Text, default="")
    """What was asked for and left unticked; not asked for again unless the app insists with ``prompt=consent``."""
    granted_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    last_used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
