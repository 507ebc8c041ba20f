"""Each signing key carries a MAC: who can only write to the database can make none that is served.

The private half is sealed, but who publishes a key needs the public one alone; so each row carries a MAC, under a key
outside the database, over what is published and over when the key signs and verifies.
"""

import json
from datetime import datetime
from typing import Any

from ...extensions import vault

DATES = ("created_at", "signs_from", "retired_at", "expires_at")


def authenticate(row: Any) -> None:
    """Give ``row``, a :class:`~app.oauth.models.SigningKey` that this portal made or changes, its MAC."""
    row.mac = mac_of(row)


def mac_of(row: Any) -> str:
    """The MAC of anything with the columns of a signing key, in hex."""
    return vault.row_mac(_message(row))


def is_authentic(row: Any) -> bool:
    """Tell whether this portal wrote the row as it stands."""
    return row.mac is not None and vault.is_row_mac(row.mac, _message(row))


def _message(row: Any) -> str:
    dates = [_written(getattr(row, name)) for name in DATES]
    return json.dumps(["signing_keys", row.kid, row.alg, row.public_jwk, row.slot, *dates])


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="microseconds") if moment else None
