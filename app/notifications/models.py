"""Mails on their way out."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import Model, PrimaryId, ascii_text


class OutgoingMail(Model):
    """A mail or text message that waits for delivery; sealed, since it may carry a one-time link, and deleted once sent."""

    __tablename__ = "outgoing_mails"

    id: Mapped[PrimaryId]
    sealed: Mapped[str] = mapped_column(Text)
    template: Mapped[str] = mapped_column(ascii_text(64))
    created_at: Mapped[datetime] = mapped_column(default=now)
    next_try_at: Mapped[datetime] = mapped_column(default=now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
