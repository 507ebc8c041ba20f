"""Another email address: the old one counts until the new one is confirmed, and takes the change back for a week.

What an attacker with the password may do meanwhile (confirm, change again, set another password) leaves the link to
the old address as it is, and that address hears of it; taking the change back ends what they could go on with.
"""

from blinker import Namespace
from sqlalchemy import select

from ..audit import EventKind, record
from ..authentication import sessions
from ..clock import now
from ..database.rows import db
from ..notifications.addresses import is_mailbox
from ..notifications.mail import queue_mail
from ..users import accounts
from ..users.models import User
from ..users.notices import notify_earlier, write_to
from ..users.unique_names import check_new_email, give_email
from . import lost_factors
from .email_links import (
    SET_PASSWORD_LIFETIME,
    Purpose,
    create_link,
    end_links,
    find_link,
    may_send_another,
    use_link,
)
from .links import host_of, reset_password_url, undo_email_url, verify_email_url
from .models import EmailLink
from .refusals import EmailUnchanged, LinkExpired

email_restored = Namespace().signal("email_restored")
"""Sent with a person whose old address counts again, and ``since`` when it had not: what was given meanwhile ends."""
TO_THE_ADDRESS = (Purpose.RESET_PASSWORD, Purpose.VERIFY_EMAIL)


def ask_for_change(user: User, email: str, *, issuer: str, locale: str) -> bool:
    """Mail ``email`` a link that makes it the address of ``user``; False where it got enough mails for now.

    A change asked for earlier ends. Raises EmailRefused, EmailTaken, :class:`EmailUnchanged`.
    """
    email = check_new_email(user, email)
    if email == user.email:
        raise EmailUnchanged
    if not may_send_another(Purpose.CHANGE_EMAIL, user.id, email) or not accounts.is_still_there(user):
        return False
    token = create_link(Purpose.CHANGE_EMAIL, user, email=email)
    link = verify_email_url(issuer, token)
    queue_mail(email, user.locale or locale, "verify_email", link=link, host=host_of(issuer))
    record(EventKind.EMAIL_CHANGE_ASKED, user_id=user.id, actor_id=user.id, email=email)
    return True


def find_pending(user: User) -> str | None:
    """The address that ``user`` asked for and has not confirmed, if there is one."""
    query = select(EmailLink.email).where(
        EmailLink.purpose == Purpose.CHANGE_EMAIL, EmailLink.user_id == user.id
    )
    return db.session.scalar(query.where(EmailLink.used_at.is_(None), EmailLink.expires_at > now()))


def find_change(token: str) -> tuple[User, str]:
    """Whose address the link changes, and the new one. Raises :class:`LinkExpired`."""
    return _find(Purpose.CHANGE_EMAIL, token)


def complete_change(token: str, *, issuer: str) -> None:
    """Make the address of the link the person's, and tell the old one how to take that back.

    Raises :class:`LinkExpired`, EmailTaken.
    """
    user, new = _use(Purpose.CHANGE_EMAIL, token)
    # An address that was never confirmed may be a stranger's, who must get no hold of the account.
    old = user.email if user.email_verified_at is not None else None
    give_email(user, str(new.email))
    end_links(*TO_THE_ADDRESS, user_id=user.id)
    record(EventKind.EMAIL_CHANGED, user_id=user.id, email=user.email)
    notify_earlier(user, "email_changed", by=user.id)
    if old is not None:
        link = undo_email_url(issuer, create_link(Purpose.UNDO_EMAIL, user, email=old))
        write_to(old, user, "email_changed", by=user.id, link=link)
    lost_factors.cancel(user, by=user.id)  # its last link would go to the old address, or went there


def find_earlier(user: User) -> list[str]:
    """The earlier addresses of ``user`` that can still take a change back."""
    query = select(EmailLink.email).where(
        EmailLink.purpose == Purpose.UNDO_EMAIL, EmailLink.user_id == user.id, EmailLink.email != user.email
    )
    is_open = EmailLink.used_at.is_(None), EmailLink.expires_at > now()
    addresses = db.session.scalars(query.where(*is_open).distinct())
    return [address for address in addresses if address is not None and is_mailbox(address)]


def find_undo(token: str) -> tuple[User, str]:
    """Whose change the link takes back, and the address that counts then. Raises :class:`LinkExpired`."""
    return _find(Purpose.UNDO_EMAIL, token)


def undo_change(token: str, *, issuer: str) -> None:
    """Give the old address back, forget the password, and mail the old address a link to choose a new one.

    Every session ends, what apps were given since, and whatever else opens the account by mail:
    links to choose a password, changes that wait, and the links that would take later changes back.
    Raises :class:`LinkExpired`, EmailTaken.
    """
    user, link = _use(Purpose.UNDO_EMAIL, token)
    end_links(Purpose.CHANGE_EMAIL, *TO_THE_ADDRESS, user_id=user.id)
    # After those: a change that is being confirmed at this moment makes another link.
    end_links(Purpose.UNDO_EMAIL, user_id=user.id, since=link.created_at)
    removed = user.email if user.email_verified_at is not None else None
    give_email(user, str(link.email))
    accounts.forget_password(user)
    sessions.end_all_sessions(user.id)
    record(EventKind.EMAIL_RESTORED, user_id=user.id, email=user.email)
    email_restored.send(user, since=link.created_at)
    if removed is not None:
        write_to(removed, user, "email_taken_back", by=user.id)
    notify_earlier(user, "email_changed", by=user.id)
    reset = create_link(Purpose.RESET_PASSWORD, user, email=user.email, lifetime=SET_PASSWORD_LIFETIME)
    password_link = reset_password_url(issuer, reset)
    write_to(str(user.email), user, "email_given_back", by=user.id, link=password_link)


def _find(purpose: Purpose, token: str) -> tuple[User, str]:
    link = find_link(purpose, token)
    user = accounts.get_user(link.user_id) if link is not None and link.user_id is not None else None
    if link is None or user is None or not user.is_active:
        raise LinkExpired(purpose)
    return user, str(link.email)


def _use(purpose: Purpose, token: str) -> tuple[User, EmailLink]:
    user, _email = _find(purpose, token)
    db.session.refresh(user, with_for_update=True)  # so that of two changes at once the second sees the first
    return user, use_link(purpose, token)
