"""What apps learn about a person, by scope: OpenID Connect Core section 5.4."""

from collections.abc import Collection
from typing import Any

from ...users.person_fields import CLAIMED

Claims = dict[str, Any]

NAMES = (
    *("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"),
    *(str(field.claim) for field in CLAIMED),
)


def person_claims(person: Any, scopes: Collection[str]) -> Claims:
    """Return the claims ``scopes`` allow about ``person`` (anything with the columns of a user), nulls left out."""
    found = {str(field.claim): field.claimed(person) for field in CLAIMED if field.scope in scopes}
    return {name: value for name, value in found.items() if value is not None}
