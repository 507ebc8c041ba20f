"""The people who have an account."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_login import UserMixin
from sqlalchemy import ColumnElement, ForeignKey, Index, LargeBinary, String, func
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import TABLE_OPTIONS, Id, Model, PrimaryId, ascii_text

if TYPE_CHECKING:
    from ..authentication.models import BrowserSession

PLATFORMS = ("android", "ios", "other")
LONGEST_NAME = 200  # characters
LONGEST_SEARCH_TEXT = 4096  # bytes; the longest names and addresses there are, in two spellings
LONGEST_REFUSAL = 300  # characters
LONGEST_PART_OF_NAME = 99  # characters, so that both and the space between them are no longer than the whole


def full_name(person: Any) -> str | None:
    """Return the name of ``person`` (anything with the columns of a user) as written, or else made of its parts."""
    return person.name or " ".join(filter(None, (person.given_name, person.family_name))) or None


def picture_path(picture_id: str) -> str:
    """Return where the picture with this id is, in the portal."""
    return f"/pictures/{picture_id}.webp"


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
    picture_id: Mapped[str | None] = mapped_column(ascii_text(32))
    """The id of their :class:`Picture`; its bytes are read by who shows it, never with the person."""
    mobile: Mapped[str | None] = mapped_column(ascii_text(32))
    mobile_verified_at: Mapped[datetime | None]
    country: Mapped[str | None] = mapped_column(ascii_text(2))
    locale: Mapped[str | None] = mapped_column(ascii_text(5))
    platform: Mapped[str | None] = mapped_column(ascii_text(16))
    """One of :data:`PLATFORMS`: what the person first came with."""
    first_language: Mapped[str | None] = mapped_column(ascii_text(5))
    """The language of the pages that they first signed in on: that of their emails while they have picked none."""
    ip: Mapped[str | None] = mapped_column(ascii_text(45))
    """Where the person first came from; no app is told."""
    is_admin: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    totp_at: Mapped[datetime | None]
    """Since when the password is followed by a code; None: it is not."""
    totp_step: Mapped[int | None]
    """The time step of the last code that counted: neither it nor an older one counts again, :rfc:`6238#section-5.2`."""
    passkey_at: Mapped[datetime | None]
    """Since when the person has had a passkey; None: there is none."""
    second_factor_asked_at: Mapped[datetime | None]
    """Since when the portal has asked this administrator for a second factor."""
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

    @hybrid_property
    def mail_language(self) -> str | None:
        """The language of emails that nobody asked for on a page: the one they chose, or the one they came in."""
        return self.locale or self.first_language

    @mail_language.inplace.expression
    @classmethod
    def _mail_language(cls) -> ColumnElement[str | None]:
        return func.coalesce(cls.locale, cls.first_language)

    @property
    def picture_path(self) -> str | None:
        """Where their picture is, in the portal."""
        return None if self.picture_id is None else picture_path(self.picture_id)

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


class Picture(Model):
    """The picture of a person as it is sent; its id is beyond guessing, and another picture has another."""

    __tablename__ = "pictures"

    id: Mapped[Id] = mapped_column(primary_key=True)
    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb"))


class SearchText(Model):
    """What a search for people reads of one; see :mod:`app.users.search_texts`. Who is gone has none.

    Bytes, since MariaDB finds a part of them three times as fast as of text, letter by letter.
    """

    __tablename__ = "user_search_texts"

    user_id: Mapped[Id] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    text: Mapped[bytes] = mapped_column(
        LargeBinary().with_variant(mysql.VARBINARY(LONGEST_SEARCH_TEXT), "mysql", "mariadb")
    )


class PasswordHashKind(Model):
    """A kind and cost of password hash that somebody has, as its hashes begin: a wrong password costs one of each."""

    __tablename__ = "password_hash_kinds"

    kind: Mapped[str] = mapped_column(ascii_text(64), primary_key=True)
