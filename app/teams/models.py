"""Teams, who is in them, and who is asked to be."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import TABLE_OPTIONS, Expiry, Id, Model, PrimaryId, ascii_text, new_id


class Role(StrEnum):
    """What a member may do: read; change apps and see their secrets; decide who belongs here and what becomes of apps."""

    READER = "reader"
    DEVELOPER = "developer"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """A greater one may do all that a smaller one may."""
        return list(Role).index(self)


class Team(Model):
    """People who look after apps together; at least one of them is an owner, always."""

    __tablename__ = "teams"

    id: Mapped[PrimaryId]
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    """The folded name: no two teams have the same."""
    name_look: Mapped[str] = mapped_column(String(200), index=True)
    """What the name looks like at a glance."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    revision: Mapped[str] = mapped_column(ascii_text(32), default=new_id)
    """Changed by whoever changes who is in the team: an UPDATE of it lets one do so at a time."""


class TeamMember(Model):
    """Somebody in a team."""

    __tablename__ = "team_members"

    team_id: Mapped[Id] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[Id] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[Role] = mapped_column(ascii_text(12))
    since: Mapped[datetime] = mapped_column(default=now)
    added_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """Who made the team, or asked them in."""


INVITATION_LIFETIME = timedelta(days=14)


class TeamInvitation(Model):
    """An address that is asked into a team by email; the mail holds the token, this row only its digest."""

    __tablename__ = "team_invitations"
    __table_args__ = (UniqueConstraint("team_id", "email_key"), TABLE_OPTIONS)
    __expiry__ = Expiry("expires_at")

    id: Mapped[PrimaryId]
    team_id: Mapped[Id] = mapped_column(ForeignKey("teams.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254), index=True)
    role: Mapped[Role] = mapped_column(ascii_text(12))
    digest: Mapped[str] = mapped_column(ascii_text(64), unique=True)
    invited_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime] = mapped_column(index=True)
