"""Client secrets vouch for whose they are: who can only write to the database gives none to another app.

A digest says which secret is right, not for whom, and a seal is bound to its row alone. So each row carries a MAC,
under a key outside the database, over its id, its app and its digest; a row with another one counts as none.
"""

import json
from typing import Any

from ..extensions import vault


def mac_of(secret_id: str, client_id: str, digest: str) -> str:
    """The MAC of this row, in hex."""
    return vault.row_mac(_message(secret_id, client_id, digest))


def is_mac(mac: str | None, secret_id: str, client_id: str, digest: str) -> bool:
    """Tell whether this portal gave this row to this app."""
    return mac is not None and vault.is_row_mac(mac, _message(secret_id, client_id, digest))


def is_authentic(row: Any) -> bool:
    """Do what :func:`is_mac` does, for anything with the columns of a client secret."""
    return is_mac(row.mac, row.id, row.client_id, row.digest)


def _message(*facts: str) -> str:
    return json.dumps(["client_secrets", *facts])
