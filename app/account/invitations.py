"""Invitations: an administrator asks somebody to create an account, who does so once.

Who may become an administrator by one does so on the word of who invited: it ends with that person's own right.
"""

from sqlalchemy import Select, select, update

from ..audit import EventKind, record
from ..clock import now
from ..database.rows import changed, db
from ..extensions import settings
from ..notifications.mail import queue_mail
from ..users import administrators, mail_caps, unique_names
from ..users.models import User
from ..users.names import check_email, fold_email
from .email_links import Purpose, create_link, find_link, use_link
from .links import host_of, invitation_url
from .models import EmailLink
from .refusals import InvitationForAnother, InvitationNeeded, LinkExpired, RegistrationClosed, TooManyMessages


def invite(email: str, *, mode: str, by: str | None = None, is_admin: bool = False) -> tuple[str, str]:
    """Invite the person at ``email``, whose older invitations end; return the address as it is kept, and the token.

    ``mode`` is the setting REGISTRATION. Raises :class:`RegistrationClosed`, EmailRefused, EmailTaken.
    """
    if mode == "closed":
        raise RegistrationClosed
    address = check_email(email)
    unique_names.refuse_taken_email(address)
    token = create_link(Purpose.INVITE, email=address, invited_by=by, appoints=is_admin)
    record(EventKind.USER_INVITED, by, by, email=address, administrator=is_admin)
    return address, token


def send_invitation(email: str, *, mode: str, by: str, is_admin: bool, locale: str) -> str:
    """Invite the person at ``email`` by mail and return the address; raises TooManyMessages, too."""
    address, token = invite(email, mode=mode, by=by, is_admin=is_admin)
    if not mail_caps.takes_another(address, by, "invitations"):
        raise TooManyMessages
    link = invitation_url(settings.issuer, token)
    queue_mail(address, locale, "invitation", link=link, host=host_of(settings.issuer))
    return address


def list_open() -> Select[EmailLink]:
    """The invitations that can be accepted now."""
    waiting = EmailLink.used_at.is_(None), EmailLink.expires_at > now()
    return select(EmailLink).where(EmailLink.purpose == Purpose.INVITE, *waiting)


def find_open(link_id: str) -> EmailLink | None:
    """The open invitation with this id, if there is one."""
    return db.session.scalar(list_open().where(EmailLink.id == link_id))


def take_back(invitation: EmailLink, by: str) -> bool:
    """End an invitation; False where somebody was faster."""
    this = update(EmailLink).where(EmailLink.id == invitation.id, EmailLink.used_at.is_(None))
    if changed(this.values(used_at=now()).execution_options(synchronize_session=False)) != 1:
        return False
    record(EventKind.INVITATION_REVOKED, by, by, email=invitation.email)
    return True


def find_invitation(token: str | None) -> EmailLink | None:
    """The invitation with this token, where it can be accepted now."""
    link = find_link(Purpose.INVITE, token) if token else None
    return link if link is not None and _may_appoint(link) else None


def accept(token: str, user: User) -> None:
    """Use the invitation up for ``user``, who has just registered; of several who try one succeeds.

    Raises :class:`InvitationNeeded`, and :class:`InvitationForAnother` where it would make an administrator of
    somebody with another address.
    """
    try:
        link = use_link(Purpose.INVITE, token)
    except LinkExpired:  # somebody was faster with the same invitation
        raise InvitationNeeded from None
    if not _may_appoint(link):
        raise InvitationNeeded
    if link.appoints and fold_email(link.email or "") != user.email_key:
        raise InvitationForAnother
    if link.appoints:
        user.is_admin = True
        administrators.announce(user, by=link.invited_by)


def _may_appoint(link: EmailLink) -> bool:
    """False where it makes an administrator, and who invited is none any longer."""
    if not link.appoints or link.invited_by is None:
        return True
    inviting = db.session.get(User, link.invited_by, populate_existing=True)
    return inviting is not None and inviting.is_admin and inviting.is_active
