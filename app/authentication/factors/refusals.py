"""Why a passkey was refused."""

from enum import StrEnum


class Reason(StrEnum):
    """What was wrong, as the JSON answer names it."""

    MALFORMED = "passkey_malformed"
    CHALLENGE = "challenge_expired"
    UNKNOWN = "passkey_unknown"
    UNPROVEN = "passkey_unproven"
    COPIED = "passkey_copied"
    UNVERIFIED = "user_not_verified"
    EXISTS = "passkey_exists"
    TOO_MANY = "too_many_passkeys"
    UNWANTED = "passkey_unwanted"


class PasskeyRefused(Exception):
    """The answer of an authenticator does not do what it was given for."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class NoSuchPasskey(Exception):
    """The person has no passkey with this id."""
