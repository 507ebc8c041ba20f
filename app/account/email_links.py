"""One-time links: made, found, and used exactly once."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, or_, select, update

from ..clock import now
from ..crypto import digest, new_secret
from ..database.rows import changed, db
from ..notifications.addresses import is_mailbox
from ..users import mail_caps
from ..users.models import User
from .models import EmailLink
from .refusals import LinkExpired

PREFIX = "pf_link_"


class Purpose(StrEnum):
    """What a link is for; one made for another purpose opens nothing."""

    RESET_PASSWORD = "reset_password"
    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    UNDO_EMAIL = "undo_email"
    BEGIN_RECOVERY = "begin_recovery"
    END_RECOVERY = "end_recovery"
    CANCEL_RECOVERY = "cancel_recovery"
    INVITE = "invite"
    SETUP = "setup"


LIFETIMES = {
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.VERIFY_EMAIL: timedelta(days=3),
    Purpose.CHANGE_EMAIL: timedelta(days=3),
    Purpose.UNDO_EMAIL: timedelta(days=7),
    Purpose.BEGIN_RECOVERY: timedelta(hours=1),
    Purpose.END_RECOVERY: timedelta(days=7),
    Purpose.CANCEL_RECOVERY: timedelta(days=7),
    Purpose.INVITE: timedelta(days=7),
    Purpose.SETUP: timedelta(days=1),
}
SET_PASSWORD_LIFETIME = timedelta(days=7)  # made by an administrator for somebody who does not wait for it

BETWEEN_MAILS = timedelta(minutes=2)  # so that nobody fills somebody else's mailbox
MAILS_A_DAY = 10

# Of the others several may lie in a mailbox, and any of them will do.
ONLY_THE_NEWEST = (
    Purpose.RESET_PASSWORD,
    Purpose.CHANGE_EMAIL,
    Purpose.BEGIN_RECOVERY,
    Purpose.END_RECOVERY,
    Purpose.INVITE,
    Purpose.SETUP,
)


def create_link(
    purpose: Purpose,
    user: User | None = None,
    email: str | None = None,
    lifetime: timedelta | None = None,
    **of_invitation: Any,
) -> str:
    """Create a link and return its raw token; only the digest is kept.

    A new link of :data:`ONLY_THE_NEWEST` ends the older ones of the same person or address.
    ``of_invitation``: who invites, and whether to be an administrator.
    """
    moment = now()
    user_id = user.id if user is not None else None
    if purpose in ONLY_THE_NEWEST:
        end_links(purpose, user_id=user_id, email=email if user is None else None)
    token = new_secret(PREFIX)
    link = EmailLink(
        purpose=purpose,
        token_digest=digest(token),
        user_id=user_id,
        email=email,
        created_at=moment,
        expires_at=moment + (lifetime or LIFETIMES[purpose]),
        **of_invitation,
    )
    db.session.add(link)
    return token


def find_link(purpose: Purpose, token: str) -> EmailLink | None:
    """The link that would work now, or None. Looking uses nothing up: mail scanners follow links, too."""
    link = db.session.scalar(
        select(EmailLink)
        .where(EmailLink.token_digest == digest(token), EmailLink.purpose == purpose)
        .where(EmailLink.used_at.is_(None), EmailLink.expires_at > now())
    )
    return link if link is not None and _proves_its_mailbox(link) else None


def use_link(purpose: Purpose, token: str) -> EmailLink:
    """Use the link up and return it; of several calls one succeeds. Raises :class:`LinkExpired`."""
    moment = now()
    used = changed(
        update(EmailLink)
        .where(EmailLink.token_digest == digest(token), EmailLink.purpose == purpose)
        .where(EmailLink.used_at.is_(None), EmailLink.expires_at > moment)
        .values(used_at=moment)
        .execution_options(synchronize_session=False)
    )
    if used != 1:
        raise LinkExpired(purpose)
    query = select(EmailLink).where(EmailLink.token_digest == digest(token))
    link = db.session.scalars(query.execution_options(populate_existing=True)).one()
    if not _proves_its_mailbox(link):
        raise LinkExpired(purpose)
    return link


def _proves_its_mailbox(link: EmailLink) -> bool:
    """False where the mail may have gone to another mailbox: older versions took addresses that are none."""
    return link.email is None or is_mailbox(link.email)


def may_send_another(purpose: Purpose, user_id: str, email: str, *, confirmed: bool = False) -> bool:
    """Whether this person may get one more mail of this kind: none is just on its way, and not too many came.

    What a yes counts is kept whatever becomes of the mail; the trace of a no is kept by a commit.
    """
    moment = now()
    query = select(EmailLink.created_at, EmailLink.used_at).where(EmailLink.purpose == purpose)
    query = query.where(EmailLink.user_id == user_id, EmailLink.email == email)
    sent = db.session.execute(query.where(EmailLink.created_at > moment - timedelta(days=1))).all()
    just_sent = [link for link in sent if link.used_at is None and link.created_at > moment - BETWEEN_MAILS]
    # What others ask for, with the address of somebody else, must not keep the links of its account away.
    kind = "mails to the confirmed address" if confirmed else "mails with links"
    return not just_sent and len(sent) < MAILS_A_DAY and mail_caps.takes_another(email, user_id, kind)


def end_links(
    *purposes: Purpose, user_id: str | None = None, email: str | None = None, since: datetime | None = None
) -> None:
    """End what is still open for these purposes: of this person (made ``since`` then), or to this address, or else of nobody."""
    query = update(EmailLink).where(EmailLink.purpose.in_(purposes), EmailLink.used_at.is_(None))
    if user_id is not None:
        query = query.where(EmailLink.user_id == user_id)
    else:
        query = query.where(EmailLink.user_id.is_(None), EmailLink.email == email)
    if since is not None:
        query = query.where(EmailLink.created_at >= since)
    db.session.flush()
    db.session.execute(query.values(used_at=now()).execution_options(synchronize_session=False))


def delete_links_of(user: User) -> None:
    """Delete the links of a person who is gone, and the invitations to their address."""
    theirs = or_(EmailLink.user_id == user.id, EmailLink.user_id.is_(None) & (EmailLink.email == user.email))
    db.session.flush()
    db.session.execute(delete(EmailLink).where(theirs).execution_options(synchronize_session=False))
