"""Scopes that administrators define, beside the standard ones."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import Model, ascii_text

READS, CHANGES, SPENDS = "reads", "changes", "spends"


class Scope(Model):
    """A permission of an API: its name on the wire, what people read, and whose tokens it makes."""

    __tablename__ = "scopes"

    name: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
    description_en: Mapped[str] = mapped_column(String(200))
    description_de: Mapped[str] = mapped_column(String(200))
    audience: Mapped[str | None] = mapped_column(String(255))
    restricted: Mapped[bool] = mapped_column(default=False)
    """Given to apps by administrators and commands only."""
    effect: Mapped[str] = mapped_column(ascii_text(8), default=READS, server_default=READS)
    """What it does to the person's things: one of :data:`READS`, :data:`CHANGES` and :data:`SPENDS`."""
    created_at: Mapped[datetime] = mapped_column(default=now)
