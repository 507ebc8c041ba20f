"""Rows of what every page shares."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import Expiry, Model, ascii_text
from ..forms import SECOND_CLICK


class SentForm(Model):
    """A form that was sent a moment ago, so that a copy of it is answered as it was."""

    __tablename__ = "sent_forms"
    __expiry__ = Expiry("sent_at", SECOND_CLICK)

    digest: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
    """Keyed, of its own key, its address and all its fields."""
    sent_at: Mapped[datetime] = mapped_column(default=now, index=True)
    answer: Mapped[str | None] = mapped_column(Text)
    """Sealed: a redirect with its cookies; None while the page is still at work."""
