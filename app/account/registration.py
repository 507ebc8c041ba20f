"""New accounts: who may make one, and the confirmation of its address."""

from sqlalchemy import update

from ..audit import EventKind, record
from ..authentication.refusals import AccountBlocked, InvalidCredentials, TooManyTries
from ..authentication.second_factors import needs_second_factor
from ..authentication.sign_in import authenticate
from ..clock import now
from ..database.rows import changed
from ..forms import SECOND_CLICK
from ..network_limits import CONFIRMATION_MAILS, REGISTRATIONS
from ..network_limits import count as count_for_network
from ..notifications.mail import queue_mail
from ..users import accounts
from ..users.models import User
from ..users.names import check_mailbox, fold_email
from ..users.reserved_names import refuse_reserved
from . import invitations
from .email_links import Purpose, create_link, find_link, may_send_another, use_link
from .links import host_of, verify_email_url
from .refusals import InvitationNeeded, LinkExpired, RegistrationClosed


def check_may_register(mode: str, invitation: str | None) -> str | None:
    """The invited address, if there is one; ``mode`` is the setting REGISTRATION.

    Raises :class:`RegistrationClosed`, :class:`InvitationNeeded`.
    """
    if mode == "closed":
        raise RegistrationClosed
    link = invitations.find_invitation(invitation)
    if link is None and mode == "invite":
        raise InvitationNeeded
    return link.email if link is not None else None


def register(
    username: str,
    email: str,
    password: str,
    *,
    mode: str,
    invitation: str | None,
    locale: str | None,
    ip: str | None,
) -> User:
    """Register a person and return them; an invitation is used up, and may make an administrator.

    Raises what :func:`check_may_register` and :func:`app.users.accounts.register` raise, and LimitReached for a
    network that asks too often, whatever becomes of it: answers tell which names are taken.
    """
    is_invited = check_may_register(mode, invitation) is not None
    count_for_network(REGISTRATIONS, ip)
    refuse_reserved(username)
    user = accounts.register(username, email, password, locale=locale, ip=ip)
    if is_invited:
        invitations.accept(invitation or "", user)
    record(EventKind.USER_REGISTERED, user_id=user.id, actor_id=user.id)
    return user


def find_repeated(username: str, email: str, password: str, *, ip: str | None) -> User | None:
    """The person who was registered a moment ago by the same form; None where it is another one.

    The password proves it, where nothing else is asked for, and wrong ones count as at the sign-in.
    """
    user = accounts.find_user(username)
    if user is None or now() - user.created_at > SECOND_CLICK or fold_email(email) != user.email_key:
        return None
    try:
        user = authenticate(username, password, address=ip)
        return None if needs_second_factor(user) else user
    except (InvalidCredentials, AccountBlocked, TooManyTries):
        return None


def ask_for_verification(user: User, *, ip: str | None, issuer: str, locale: str) -> bool:
    """Do what :func:`send_verification` does, for who asks for it again. Raises LimitReached, too."""
    if user.email_verified_at is None:
        count_for_network(CONFIRMATION_MAILS, ip)
    return send_verification(user, issuer=issuer, locale=locale)


def send_verification(user: User, *, issuer: str, locale: str) -> bool:
    """Mail ``user`` a link that confirms the address; False where it is confirmed, or one is just on its way.

    Raises AmbiguousEmail, for an address that an older version took.
    """
    if user.email is None or user.email_verified_at is not None:
        return False
    check_mailbox(user.email)
    if not may_send_another(Purpose.VERIFY_EMAIL, user.id, user.email):
        return False
    token = create_link(Purpose.VERIFY_EMAIL, user, email=user.email)
    # No word of the username: a stranger who registers somebody else's address must not choose what it reads.
    link = verify_email_url(issuer, token)
    queue_mail(user.email, locale, "verify_email", link=link, host=host_of(issuer))
    return True


def find_unverified(token: str) -> tuple[User, str]:
    """Whose account the link is about, and the address it confirms. Raises :class:`LinkExpired`."""
    link = find_link(Purpose.VERIFY_EMAIL, token)
    user = accounts.get_user(link.user_id) if link is not None and link.user_id is not None else None
    if link is None or user is None or not user.is_active:
        raise LinkExpired(Purpose.VERIFY_EMAIL)
    return user, str(link.email)


def verify_email(token: str) -> str:
    """Confirm the address of a link and return the person's id. Raises :class:`LinkExpired`."""
    link = use_link(Purpose.VERIFY_EMAIL, token)
    verified = changed(
        update(User)
        .where(User.id == link.user_id, User.email == link.email, User.deleted_at.is_(None))
        .values(email_verified_at=now())
    )
    if verified != 1 or link.user_id is None:
        raise LinkExpired("the address has changed since")
    record(EventKind.EMAIL_VERIFIED, user_id=link.user_id, email=link.email)
    return link.user_id


def confirm_email(user: User, email: str, by: str) -> bool:
    """Take ``email`` as confirmed on an administrator's word; False where it is not (or no longer) to be confirmed.

    Raises AmbiguousEmail.
    """
    check_mailbox(email)
    waiting = User.id == user.id, User.email == email, User.email_verified_at.is_(None)
    if changed(update(User).where(*waiting).values(email_verified_at=now())) != 1:
        return False
    record(EventKind.EMAIL_CONFIRMED, user_id=user.id, actor_id=by, email=email)
    return True
