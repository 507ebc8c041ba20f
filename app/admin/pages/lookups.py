"""Whom a reader means by what was typed into a filter; ValueError says it in words where nobody is found."""

import re

from flask_babel import gettext as _

from ...clients.naming import find_by_name
from ...clients.registration import find_client
from ...users.accounts import find_user

AN_ID = re.compile("[0-9a-f]{32}")


def read_person(typed: str) -> str:
    """The id of the person with this username, email address or id; events outlive the account."""
    if AN_ID.fullmatch(typed):
        return typed
    user = find_user(typed)
    if user is None:
        raise ValueError(_("Nobody here has this username, email address or ID."))
    return user.id


def read_app(typed: str) -> str:
    """The id of the app with this name or client ID; events and requests outlive the app."""
    if AN_ID.fullmatch(typed):
        return typed
    client = find_client(typed) or find_by_name(typed)  # the portal's own app has an ID of another form
    if client is None:
        raise ValueError(_("No app here has this name or client ID."))
    return client.id
