"""What apps learn about a person, by scope: OpenID Connect Core section 5.4."""

from collections.abc import Collection
from typing import Any

from ...groups.members import groups_of
from ...scopes.catalogue import GROUPS
from ...users.person_fields import CLAIMED, PersonField

Claims = dict[str, Any]

NAMES = (
    *("sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "at_hash", "sid", "team"),
    *(str(field.claim) for field in CLAIMED),
    *("groups", "groups_omitted"),
)


def person_claims(person: Any, scopes: Collection[str], *, unproven: bool = False) -> Claims:
    """Return the claims ``scopes`` allow about ``person`` (anything with the columns of a user), nulls left out.

    Apps link accounts by ``email`` and overlook ``email_verified``: an address that nobody confirmed is in no claim,
    unless ``unproven`` says that the app is told all the same.
    """
    given = [field for field in _asked(scopes) if unproven or field.is_proven(person)]
    found = {str(field.claim): field.claimed(person) for field in given}
    return {name: value for name, value in found.items() if value is not None}


def group_claims(user_id: str, scopes: Collection[str]) -> Claims:
    """The names of the person's groups as they are now, where ``scopes`` allow it: one SELECT, and none otherwise."""
    return {"groups": groups_of(user_id)} if GROUPS in scopes else {}


def holds_back(person: Any, scopes: Collection[str]) -> bool:
    """Whether ``scopes`` allow something about ``person`` that is left out because nobody confirmed it."""
    return any(not field.is_proven(person) and getattr(person, field.column) for field in _asked(scopes))


def _asked(scopes: Collection[str]) -> list[PersonField]:
    return [field for field in CLAIMED if field.scope in scopes]
