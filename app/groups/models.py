"""Groups, and who is in them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..database.rows import Id, Model, PrimaryId, ascii_text, new_id


class Group(Model):
    """People whom administrators put together; its name is what apps read. GROUPS is a word of MySQL's own."""

    __tablename__ = "user_groups"

    id: Mapped[PrimaryId]
    name: Mapped[str] = mapped_column(String(100))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    """The folded name: no two groups have the same."""
    description: Mapped[str] = mapped_column(String(200), default="")
    """What it is for, for administrators."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    created_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    revision: Mapped[str] = mapped_column(ascii_text(32), default=new_id)
    """Changed by whoever changes who is in the group: an UPDATE of it lets one do so at a time."""


class GroupMember(Model):
    """Somebody in a group."""

    __tablename__ = "group_members"

    group_id: Mapped[Id] = mapped_column(ForeignKey("user_groups.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[Id] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    since: Mapped[datetime] = mapped_column(default=now)
    added_by: Mapped[Id | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    """The administrator who did it; None: at the command line."""
