"""The people who have an account."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_login import UserMixin
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import TABLE_OPTIONS, Model, PrimaryId, ascii_text

if TYPE_CHECKING:
    from ..authentication.models import BrowserSession

PLATFORMS = ("android", "ios", "other")
LONGEST_NAME = 200  # characters
LONGEST_REFUSAL = 300  # characters
LONGEST_PART_OF_NAME = 99  # characters, so that both and the space between them are no longer than the whole


def full_name(person: Any) -> str | None:
    """Return the name of ``person`` (anything with the columns of a user) as written, or else made of its parts."""
    return person.name or " ".join(filter(None, (person.given_name, person.family_name))) or None


class User(UserMixin, Model):
    """A person. ``id`` is the ``sub`` of their tokens and never used again.

    ``username_key`` and ``email_key`` are the folded forms that make both unique without regard to case;
    a deleted person keeps the row (tokens must find out) but neither name nor address.
    """

    __tablename__ = "users"
    __table_args__ = (Index("ix_users_is_admin_id", "is_admin", "id"), TABLE_OPTIONS)

    id: Mapped[PrimaryId]
    username: Mapped[str] = mapped_column(String(64))
    username_key: Mapped[str | None] = mapped_column(String(128), unique=True)
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254), unique=True)
    email_verified_at: Mapped[datetime | None]
    email_refused_at: Mapped[datetime | None]
    """When the mail server said that there is no such mailbox; see :attr:`refused_email`."""
    email_refusal: Mapped[str | None] = mapped_column(String(LONGEST_REFUSAL))
    """What it said, without addresses."""
    password_hash: Mapped[str | None] = mapped_column(ascii_text(255))
    password_changed_at: Mapped[datetime | None]
    name: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    """The full name as the person writes it; where it is empty, it follows from the next two."""
    given_name: Mapped[str | None] = mapped_column(String(LONGEST_PART_OF_NAME))
    family_name: Mapped[str | None] = mapped_column(String(LONGEST_PART_OF_NAME))
    mobile: Mapped[str | None] = mapped_column(ascii_text(32))
    mobile_verified_at: Mapped[datetime | None]
    country: Mapped[str | None] = mapped_column(ascii_text(2))
    locale: Mapped[str | None] = mapped_column(ascii_text(5))
    platform: Mapped[str | None] = mapped_column(ascii_text(16))
    """One of :data:`PLATFORMS`: what the person first came with."""
    ip: Mapped[str | None] = mapped_column(ascii_text(45))
    """Where the person first came from; no app is told."""
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    blocked_at: Mapped[datetime | None] = mapped_column(index=True)
    deleted_at: Mapped[datetime | None] = mapped_column(index=True)

    if TYPE_CHECKING:
        browser_session: "BrowserSession"  # set by the user loader on the person at the browser; not a column

    @property
    def has_profile(self) -> bool:
        """Whether this person has told anything beyond name and address of the account."""
        return any((self.full_name, self.mobile, self.country))

    @property
    def full_name(self) -> str | None:
        """What the person is called, if they have told it."""
        return full_name(self)

    @property
    def shown_name(self) -> str:
        """What pages call the person."""
        return self.full_name or self.username

    @property
    def refused_email(self) -> str | None:
        """The address, where emails to it are refused and nobody has confirmed it since."""
        confirmed, refused = self.email_verified_at, self.email_refused_at
        return self.email if refused is not None and (confirmed is None or confirmed < refused) else None

    @property
    def had_password(self) -> bool:
        """Whether somebody could ever sign in to this account."""
        return self.password_hash is not None or self.password_changed_at is not None

    @property
    def is_active(self) -> bool:
        """Whether this person may sign in and their tokens count."""
        return self.blocked_at is None and self.deleted_at is None


class PasswordHashKind(Model):
    """A kind and cost of password hash that somebody has, as its hashes begin: a wrong password costs one of each."""

    __tablename__ = "password_hash_kinds"

    kind: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
