"""Emails that tell people what happened to their account or apps, in case it was not them."""

from urllib.parse import urlsplit

from flask_babel import get_locale

from ..clock import now
from ..extensions import settings
from ..notifications.mail import queue_mail
from .models import User


def notify(user: User, template: str, *, by: str | None = None, **told: str | int | None) -> None:
    """Queue the email ``template`` to ``user``, with the portal's ``host`` and the moment (``when``) beside ``told``.

    ``by`` is the id of who did it: a person who did it themselves gets the mail in the language of their page.
    Only to a confirmed address: another one may be a stranger's, whose mailbox is not to be filled.
    """
    if user.email is None or user.email_verified_at is None:
        return
    of_page = get_locale() if by == user.id else None
    language = user.locale or (str(of_page) if of_page else None)
    host = urlsplit(settings.issuer).netloc
    queue_mail(user.email, language, template, host=host, at=now().isoformat(), **told)
