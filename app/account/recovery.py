"""Forgotten passwords: a link by mail, and a new password with it."""

from blinker import Namespace
from sqlalchemy import delete

from ..audit import EventKind, record
from ..authentication import sessions, throttling
from ..authentication.models import SignInFailures
from ..clock import now
from ..database.rows import db
from ..extensions import settings
from ..network_limits import FORGOTTEN_PASSWORDS
from ..network_limits import count as count_for_network
from ..notifications.addresses import is_mailbox
from ..notifications.errands import errand, queue_errand
from ..notifications.mail import queue_mail
from ..users import accounts
from ..users.models import User
from ..users.names import check_mailbox
from .email_links import (
    SET_PASSWORD_LIFETIME,
    Purpose,
    create_link,
    end_links,
    find_link,
    may_send_another,
    use_link,
)
from .links import host_of, reset_password_url
from .passwords import tell_password_changed
from .refusals import LinkExpired


def ask_for_reset(
    email: str,
    *,
    locale: str,
    next_page: str | None = None,
    ip: str | None = None,
    request_id: str | None = None,
) -> None:
    """Mail a link to the person with this address, if there is one.

    Whether there is one is looked up later, beside the requests: neither answer nor time tell it to who asks.
    Raises LimitReached.
    """
    count_for_network(FORGOTTEN_PASSWORDS, ip)
    asked = {"locale": locale, "next_page": next_page, "ip": ip, "request_id": request_id}
    queue_errand(answer_reset_request, email, **asked)


@errand
def answer_reset_request(
    email: str, *, locale: str, next_page: str | None, ip: str | None, request_id: str | None
) -> None:
    """Queue the mail that was asked for, where somebody may get it."""
    user = accounts.find_user(email)
    if user is None or user.email is None or not _may_be_written_to(user):
        return
    token = create_link(Purpose.RESET_PASSWORD, user, email=user.email)
    queue_mail(
        user.email,
        user.locale or locale,
        "reset_password",
        link=reset_password_url(settings.issuer, token, next_page),
        host=host_of(settings.issuer),
        # An unconfirmed address may be a stranger's, who must not read what somebody chose to be called.
        username=user.username if user.email_verified_at else None,
    )
    record(EventKind.PASSWORD_RESET_ASKED, user_id=user.id, ip=ip, request_id=request_id)


def send_password_link(user: User, by: str, *, issuer: str, locale: str) -> bool:
    """Mail ``user`` a link on an administrator's decision; False where a mail is just on its way, or none can be.

    Raises AmbiguousEmail, for an address that an older version took.
    """
    if user.email is not None:
        check_mailbox(user.email)
    if not _may_be_written_to(user):
        return False
    assert user.email is not None
    token = create_link(Purpose.RESET_PASSWORD, user, email=user.email, lifetime=SET_PASSWORD_LIFETIME)
    queue_mail(
        user.email,
        user.locale or locale,
        "password_link",
        link=reset_password_url(issuer, token),
        host=host_of(issuer),
        username=user.username if user.email_verified_at else None,
    )
    record(EventKind.PASSWORD_LINK_SENT, user_id=user.id, actor_id=by)
    return True


def find_person(token: str) -> User:
    """Whose password the link sets. Raises :class:`LinkExpired`."""
    link = find_link(Purpose.RESET_PASSWORD, token)
    user = accounts.get_user(link.user_id) if link is not None and link.user_id is not None else None
    if user is None or not user.is_active:
        raise LinkExpired(Purpose.RESET_PASSWORD)
    return user


# Sent with a person who has just proved to own the mailbox of an account that never had: whoever made the
# account may have been somebody else, and what they allowed must end.
account_reclaimed = Namespace().signal("account_reclaimed")


def reset_password(token: str, password: str, *, issuer: str, locale: str) -> User:
    """Set the new password, sign every browser of the person out, and return the person.

    Raises :class:`LinkExpired`, and PasswordRefused, which leaves the link as it was.
    """
    user = find_person(token)
    accounts.set_password(user, password)
    link = use_link(Purpose.RESET_PASSWORD, token)
    end_links(Purpose.RESET_PASSWORD, user_id=user.id)
    if link.email is not None and link.email == user.email and user.email_verified_at is None:
        user.email_verified_at = now()  # the link came by mail: who used it reads that mailbox
        account_reclaimed.send(user)
    sessions.end_all_sessions(user.id)
    _forgive_wrong_passwords(user)
    record(EventKind.PASSWORD_RESET, user_id=user.id, actor_id=user.id)
    tell_password_changed(user, issuer=issuer, locale=locale)
    return user


def _forgive_wrong_passwords(user: User) -> None:
    """Clear the count: a wait that somebody else brought about must not keep out who has just proved to own the mailbox."""
    account = throttling.account_of(user.id, user.username)
    db.session.execute(delete(SignInFailures).where(SignInFailures.account == account))


def _may_be_written_to(user: User | None) -> bool:
    if user is None or user.email is None or not user.is_active or not is_mailbox(user.email):
        return False
    return may_send_another(Purpose.RESET_PASSWORD, user.id, user.email)
