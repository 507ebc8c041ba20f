"""What is on its way to a person whose account is deleted: nothing but the farewell."""

from sqlalchemy import select

from ..database.rows import db
from ..notifications.outbox import drop_all_to
from ..users.models import User
from ..users.notices import FAREWELL
from .email_links import delete_links_of
from .models import EmailLink


def delete_mails_and_links_of(user: User) -> None:
    """Delete the emails and text messages that wait for ``user``, at whichever address, and the links they hold."""
    db.session.flush()
    of_links = select(EmailLink.email).where(EmailLink.user_id == user.id, EmailLink.email.is_not(None))
    recipients = [user.email, user.mobile, *db.session.scalars(of_links)]
    drop_all_to([each for each in recipients if each], besides=FAREWELL)
    delete_links_of(user)
