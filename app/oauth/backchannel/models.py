"""Logout tokens on their way."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import now
from ...database.rows import Expiry, Id, Model, PrimaryId, ascii_text

GIVE_UP_AFTER = timedelta(days=1)


class LogoutDelivery(Model):
    """One app that is yet to hear of one end; deleted once it has. The token itself is made anew for every try."""

    __tablename__ = "logout_deliveries"
    __expiry__ = Expiry("created_at", GIVE_UP_AFTER)

    id: Mapped[PrimaryId]
    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """Whose session it was. The row of a deleted person stays, so they are told of, too."""
    sid: Mapped[str | None] = mapped_column(ascii_text(32))
    """The session, as ID tokens name it; null: all that the app has of this person."""
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    next_try_at: Mapped[datetime] = mapped_column(default=now, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    last_cause: Mapped[str | None] = mapped_column(ascii_text(40))
    """Name of the cause of the last try; null before the first one, and while one is at work."""
