"""What people tell about themselves."""

from collections.abc import Mapping

from ..audit import EventKind, record
from ..clock import now
from ..notifications.mail import queue_mail
from ..users import accounts
from ..users.models import User
from ..users.phone_numbers import to_e164
from .email_links import Purpose, end_links
from .links import host_of
from .mobile import forget_code
from .registration import ask_for_verification


def change_profile(user: User, told: Mapping[str, str]) -> list[str]:
    """Change what ``told`` says, by column; return those that are new. An empty text means: nothing is told.

    Raises PhoneNumberRefused.
    """
    wanted = {column: text or None for column, text in told.items()}
    if wanted.get("mobile"):
        wanted["mobile"] = to_e164(told["mobile"], wanted.get("country"))
    changed = [field for field, value in wanted.items() if getattr(user, field) != value]
    if "mobile" in changed:
        user.mobile_verified_at = None
        forget_code(user)
    for field in changed:
        setattr(user, field, wanted[field])
    if changed:
        record(EventKind.PROFILE_CHANGED, user_id=user.id, actor_id=user.id, fields=changed)
    return changed


def change_email(user: User, email: str, *, ip: str | None, issuer: str, locale: str) -> bool:
    """Change the address to ``email``, unconfirmed, and tell the old one if it was confirmed; True if it is another one.

    Links that lie in the old mailbox open nothing any more. Raises EmailRefused, EmailTaken,
    LimitReached.
    """
    # An address that was never confirmed may be a stranger's, whose mailbox is not to be filled.
    old, confirmed = user.email, user.email_verified_at is not None
    if accounts.rename_email(user, email) == old:
        return False
    for purpose in (Purpose.RESET_PASSWORD, Purpose.VERIFY_EMAIL):
        end_links(purpose, user_id=user.id)
    record(EventKind.EMAIL_CHANGED, user_id=user.id, actor_id=user.id, email=user.email)
    language = user.locale or locale
    if old is not None and confirmed:
        queue_mail(old, language, "email_changed", host=host_of(issuer), at=now().isoformat())
    ask_for_verification(user, ip=ip, issuer=issuer, locale=language)
    return True
