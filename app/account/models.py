"""One-time links sent by mail or printed by a command, and one-time codes sent to mobile phones."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import Expiry, Id, Model, PrimaryId, ascii_text


class EmailLink(Model):
    """A link that works once: its purpose, whose it is, and the digest of its token."""

    __tablename__ = "email_links"
    __expiry__ = Expiry("expires_at", timedelta(days=7))

    id: Mapped[PrimaryId]
    purpose: Mapped[str] = mapped_column(ascii_text(24))
    token_digest: Mapped[str] = mapped_column(ascii_text(64), unique=True)
    user_id: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    email: Mapped[str | None] = mapped_column(String(254))
    invited_by: Mapped[str | None] = mapped_column(ascii_text(32))
    """Id of the administrator who invited; None: the command line. An id says nothing of who is gone."""
    appoints: Mapped[bool] = mapped_column(default=False)
    """Whether who accepts the invitation is an administrator then."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class FactorRecovery(Model):
    """The wait of somebody who has lost all second factors, from its beginning to its end or its cancelling."""

    __tablename__ = "factor_recoveries"
    __expiry__ = Expiry("ends_at", timedelta(days=30))

    id: Mapped[PrimaryId]
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    ends_at: Mapped[datetime] = mapped_column(index=True)
    warned_at: Mapped[datetime | None]
    """When the person was told that the end is near."""
    told_at: Mapped[datetime | None]
    """When the person was told that the wait is over."""
    closed_at: Mapped[datetime | None]
    """When it was cancelled, or used to remove the factors."""

    @property
    def is_over(self) -> bool:
        """Whether the factors can be removed now."""
        return self.ends_at <= now()


class MobileCode(Model):
    """The code that confirms a person's mobile number: its digest, and how often one was tried."""

    __tablename__ = "mobile_codes"
    __expiry__ = Expiry("expires_at")

    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    code_digest: Mapped[str] = mapped_column(ascii_text(64))
    tries: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)
