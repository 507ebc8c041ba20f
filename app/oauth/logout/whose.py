"""Whose session a request to sign out is about, of the accounts of this browser."""

from collections.abc import Sequence

from ...authentication import accounts_here
from ...authentication.accounts_here import Account
from ..authorization.accounts import find_called
from .requests import LogoutRequest


def find_proven(asked: LogoutRequest) -> Account | None:
    """The account here in whose very session the app got its ID token, be it the active one or not.

    Only who was given that token can ask so: nobody else's page or link signs a person out.
    """
    hint = asked.hint
    if hint is None:
        return None
    here = accounts_here.list_accounts()
    return next((each for each in here if hint.is_about(each.user.id, each.row.id)), None)


def list_offered(asked: LogoutRequest) -> Sequence[Account]:
    """Who is signed in here, whom the app means first: by its ID token, or else by ``logout_hint``."""
    here = accounts_here.list_accounts()
    called = asked.parameters.get("logout_hint")
    meant = find_meant(asked) or (find_called(here, called) if called else None)
    return here if meant is None else [meant, *(each for each in here if each is not meant)]


def find_meant(asked: LogoutRequest) -> Account | None:
    """The account here of the person in the app's ID token, in whichever session they got it."""
    return accounts_here.find_account(asked.hint.user_id) if asked.hint and asked.hint.user_id else None


def is_of_another(asked: LogoutRequest) -> bool:
    """Whether the app's ID token is about somebody who is not signed in here."""
    is_named = asked.hint is not None and asked.hint.user_id is not None
    return is_named and find_meant(asked) is None
