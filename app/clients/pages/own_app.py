"""The app that a dashboard page is about: the reader's own, or nothing at all."""

from flask import abort
from flask_login import current_user

from ..models import Client
from ..registration import find_own_client


def get_own_client(client_id: str) -> Client:
    """The reader's app with this id; a 404 for another person's, as for one that never was."""
    client = find_own_client(client_id, current_user.id)
    if client is None:
        abort(404)
    return client
