"""What a person has allowed a client."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import TABLE_OPTIONS, Id, Model, PrimaryId


class Consent(Model):
    """A person's standing permission for one client; a withdrawn one stays, to tell the owner when."""

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("user_id", "client_id"), TABLE_OPTIONS)

    id: Mapped[PrimaryId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    scope: Mapped[str] = mapped_column(Text)
    """Everything allowed so far, words separated by spaces."""
    declined: Mapped[str] = mapped_column(Text, default="")
    """What was asked for and left unticked; not asked for again unless the app insists with ``prompt=consent``."""
    granted_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    last_used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
