"""Rows of apps that registered themselves, beside those of all apps, and of the tokens that let them."""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ...clock import now
from ...database.rows import Expiry, Id, Model, PrimaryId, ascii_text

TOKENS_KEPT = timedelta(days=30)  # after their end, so that administrators see what one was used for


class RegistrationToken(Model):
    """An initial access token (:rfc:`7591#section-3`): whoever shows it may register apps until it ends."""

    __tablename__ = "registration_tokens"
    __expiry__ = Expiry("expires_at", TOKENS_KEPT)

    id: Mapped[PrimaryId]
    name: Mapped[str] = mapped_column(String(100))
    """What it is for, as administrators call it."""
    digest: Mapped[str] = mapped_column(ascii_text(64), unique=True)
    last_four: Mapped[str] = mapped_column(ascii_text(4))
    created_by: Mapped[str | None] = mapped_column(ascii_text(32))
    """Id of the administrator; None: the command line. An id says nothing of who is gone."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    """None: only when somebody ends it."""
    revoked_at: Mapped[datetime | None]
    uses: Mapped[int] = mapped_column(default=0)
    """How many apps it has let register."""
    last_used_at: Mapped[datetime | None]


class ClientRegistration(Model):
    """What an app that registered itself has said beyond what all apps have; lists hold an entry a line."""

    __tablename__ = "client_registrations"

    client_id: Mapped[Id] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    token_digest: Mapped[str | None] = mapped_column(ascii_text(64))
    """Of its registration access token (:rfc:`7592`); null once the app is somebody's, who manages it instead."""
    initial_token_id: Mapped[Id | None] = mapped_column(
        ForeignKey("registration_tokens.id", ondelete="SET NULL"), index=True
    )
    application_type: Mapped[str] = mapped_column(ascii_text(8))
    logo_uri: Mapped[str] = mapped_column(Text, default="")
    policy_uri: Mapped[str] = mapped_column(Text, default="")
    tos_uri: Mapped[str] = mapped_column(Text, default="")
    contacts: Mapped[str] = mapped_column(Text, default="")
    software_id: Mapped[str] = mapped_column(String(255), default="")
    software_version: Mapped[str] = mapped_column(String(255), default="")
    registered_at: Mapped[datetime] = mapped_column(default=now)
    unused_until: Mapped[datetime | None] = mapped_column(index=True)
    """When the app goes unless somebody has let it in by then; null: it stays."""

    @property
    def contact_list(self) -> list[str]:
        """Ways to reach who made the app, as it says."""
        return self.contacts.split("\n") if self.contacts else []
