"""Changing one's password."""

from ..audit import EventKind, record
from ..authentication import sessions
from ..authentication.refusals import InvalidCredentials
from ..extensions import settings
from ..users import accounts
from ..users.models import User
from ..users.notices import notify_earlier, write_to
from .email_links import Purpose, end_links
from .links import forgot_password_url


def change_password(user: User, password: str, *, session_id: str) -> None:
    """Give ``user`` the new password and sign every other browser out.

    Raises PasswordRefused, and InvalidCredentials where the old one has been replaced meanwhile.
    """
    if not accounts.replace_password(user, password):
        raise InvalidCredentials
    # What somebody who knew the old one may have begun ends, too.
    end_links(Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL, user_id=user.id)
    sessions.end_other_sessions(user.id, session_id)
    record(EventKind.PASSWORD_CHANGED, user_id=user.id, actor_id=user.id)
    tell_password_changed(user)


def tell_password_changed(user: User) -> None:
    """Email ``user`` that the password is another one, in case it was not them; to an unconfirmed address, too.

    Most people who have just registered have not confirmed theirs yet.
    """
    link = forgot_password_url(settings.issuer)
    if user.email is not None:
        write_to(user.email, user, "password_changed", by=user.id, link=link)
    notify_earlier(user, "password_changed", by=user.id, link=link)
