"""Who has more to prove than a password."""

from ..users.models import User


def needs_second_factor(user: User) -> bool:
    """Whether the right password alone does not let this person in; a passkey stands in for it, but does not ask."""
    return user.totp_at is not None


def has_second_factor(user: User) -> bool:
    """Whether this person can prove who they are by two factors."""
    return user.totp_at is not None or user.passkey_at is not None


def remove_all(user: User) -> None:
    """Remove every second factor of ``user``."""
    user.totp_at = user.passkey_at = None
