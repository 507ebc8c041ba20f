"""What apps asked for and what they were told."""

from datetime import datetime, timedelta

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import TABLE_OPTIONS, Expiry, Model, PrimaryId, ascii_text

# How long a row is kept: pages say so, cleanup deletes what is older.
LOG_KEPT = timedelta(days=30)


class LoggedRequest(Model):
    """One OAuth request of an app: endpoint, outcome, and, where there is one, the cause. Never a secret."""

    __tablename__ = "logged_requests"
    __expiry__ = Expiry("at", LOG_KEPT)
    __table_args__ = (
        Index("ix_logged_requests_client_id_id", "client_id", "id"),
        Index("ix_logged_requests_client_id_outcome_id", "client_id", "outcome", "id"),
        Index("ix_logged_requests_outcome_id", "outcome", "id"),
        Index("ix_logged_requests_cause_outcome_id", "cause", "outcome", "id"),
        Index("ix_logged_requests_endpoint_outcome_id", "endpoint", "outcome", "id"),
        TABLE_OPTIONS,
    )

    id: Mapped[PrimaryId]
    request_id: Mapped[str] = mapped_column(ascii_text(32), unique=True)
    at: Mapped[datetime] = mapped_column(default=now, index=True)
    client_id: Mapped[str | None] = mapped_column(ascii_text(32))
    user_id: Mapped[str | None] = mapped_column(ascii_text(32))
    endpoint: Mapped[str] = mapped_column(ascii_text(24))
    outcome: Mapped[str] = mapped_column(ascii_text(8))
    """``ok`` or ``refused``."""
    cause: Mapped[str | None] = mapped_column(ascii_text(40))
    """Name of the cause of the refusal, or of the first remark on a request that went on."""
    remarks: Mapped[str | None] = mapped_column(ascii_text(200))
    """Names of further causes, each between spaces."""
    error: Mapped[str | None] = mapped_column(ascii_text(40))
    status: Mapped[int]
    details: Mapped[str] = mapped_column(Text, default="{}")
    """JSON: ``request`` (parameters as received, secrets masked), ``authorization`` (its scheme),
    ``facts`` by cause, ``redirect_uri`` (sealed, where it can be registered), ``more`` (only counted)."""
