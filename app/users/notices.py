"""Notices by email of what happened to an account or its apps, in case it was not the person: the one door for whom to tell."""

from urllib.parse import urlsplit

from blinker import Namespace
from flask_babel import get_locale

from ..clock import now
from ..extensions import settings
from ..notifications.mail import queue_mail
from .models import User

FAREWELL = "account_deleted"

earlier_addresses_wanted = Namespace().signal("earlier-addresses-wanted")
"""Sent with a person; each receiver returns the addresses that can still take the account back."""


def notify(user: User, template: str, *, by: str | None = None, **told: str | int | None) -> None:
    """Queue the notice ``template`` to ``user``, and as :func:`notify_earlier` does.

    Only to a confirmed address: another one may be a stranger's, whose mailbox is not to be filled.
    """
    if user.email is not None and user.email_verified_at is not None:
        write_to(user.email, user, template, by=by, locale=user.locale, **told)
    notify_earlier(user, template, by=by, **told)


def notify_earlier(user: User, template: str, *, by: str | None = None, **told: str | int | None) -> None:
    """Queue the notice to addresses that can take the account back: who was robbed of it hears what the thief does."""
    for address in _earlier_addresses_of(user):
        write_to(address, user, template, by=by, locale=user.locale, **told, is_earlier=True)


def say_farewell(user: User, *, by: str | None) -> None:
    """Queue the email that the account of ``user`` is deleted, to every address that could have kept it.

    It waits sealed for as long as it takes to be sent, a day at most, and is the last that knows the address.
    """
    confirmed = user.email if user.email_verified_at is not None else None
    for address in dict.fromkeys(filter(None, (confirmed, *_earlier_addresses_of(user)))):
        write_to(address, user, FAREWELL, by=by, username=user.username, by_person=by == user.id)


def _earlier_addresses_of(user: User) -> list[str]:
    told = earlier_addresses_wanted.send(user)
    return [address for _receiver, addresses in told for address in addresses]


def write_to(
    address: str,
    user: User,
    template: str,
    *,
    by: str | None = None,
    locale: str | None = None,
    **told: str | int | None,
) -> None:
    """Queue the email to ``address``, with the portal's ``host`` and the moment (``when``) beside ``told``.

    ``by`` is the id of who did it: a person who did it themselves gets the email in the language of their page.
    ``locale`` is that of the page where it was asked for. Others get it in the language in which they first came.
    """
    of_page = get_locale() if by == user.id else None
    language = user.locale or locale or (str(of_page) if of_page else user.mail_language)
    host = urlsplit(settings.issuer).netloc
    queue_mail(address, language, template, host=host, at=now().isoformat(), **told)
