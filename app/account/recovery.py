"""Forgotten passwords: a link by mail."""

from ..audit import EventKind, record
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
    may_send_another,
)
from .links import host_of, reset_password_url


def ask_for_reset(
    email: str,
    *,
    locale: str,
    ip: str | None = None,
    request_id: str | None = None,
) -> None:
    """Mail a link to the person with this address, if there is one.

    Whether there is one is looked up later, beside the requests: neither answer nor time tell it to who asks.
    Raises LimitReached.
    """
    count_for_network(FORGOTTEN_PASSWORDS, ip)
    asked = {"locale": locale, "ip": ip, "request_id": request_id}
    queue_errand(answer_reset_request, email, **asked)


@errand
def answer_reset_request(
    email: str, *, locale: str, ip: str | None, request_id: str | None, **_older: str | None
) -> None:
    """Queue the mail that was asked for, where somebody may get it; older versions queued more."""
    user = accounts.find_user(email)
    if user is None or user.email is None or not _may_be_written_to(user):
        return
    token = create_link(Purpose.RESET_PASSWORD, user, email=user.email)
    queue_mail(
        user.email,
        user.locale or locale,
        "reset_password",
        link=reset_password_url(settings.issuer, token),
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
        "password_link" if user.had_password else "set_password",
        link=reset_password_url(issuer, token),
        host=host_of(issuer),
        # What an account without a password is called, administrators chose.
        username=user.username if user.email_verified_at or not user.had_password else None,
    )
    record(EventKind.PASSWORD_LINK_SENT, user_id=user.id, actor_id=by)
    return True


def _may_be_written_to(user: User | None) -> bool:
    if user is None or user.email is None or not user.is_active or not is_mailbox(user.email):
        return False
    confirmed = user.email_verified_at is not None
    return may_send_another(Purpose.RESET_PASSWORD, user.id, user.email, confirmed=confirmed)
