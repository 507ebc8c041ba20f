"""What apps learn about a person, by scope: OpenID Connect Core section 5.4."""

from collections.abc import Callable, Collection
from typing import Any

Claims = dict[str, Any]


def profile(person: Any) -> Claims:
    """Name, username, language, country and when they last changed."""
    return {
        "name": person.name or person.username,
        "preferred_username": person.username,
        "locale": person.locale,
        "updated_at": int(person.updated_at.timestamp()),
    }


def email(person: Any) -> Claims:
    """The address and whether it was confirmed."""
    return {"email": person.email, "email_verified": person.email_verified_at is not None}


def phone(person: Any) -> Claims:
    """The mobile number and whether it was confirmed."""
    if person.mobile is None:
        return {}
    return {"phone_number": person.mobile, "phone_number_verified": person.mobile_verified_at is not None}


BY_SCOPE: dict[str, Callable[[Any], Claims]] = {"profile": profile, "email": email, "phone": phone}
NAMES = (
    *("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"),
    *("name", "preferred_username", "locale", "updated_at"),
    *("email", "email_verified", "phone_number", "phone_number_verified"),
)


def person_claims(person: Any, scopes: Collection[str]) -> Claims:
    """The claims ``scopes`` allow about ``person`` (anything with the columns of a user), nulls left out."""
    found: Claims = {}
    for scope, claims in BY_SCOPE.items():
        if scope in scopes:
            found.update(claims(person))
    return {name: value for name, value in found.items() if value is not None}
