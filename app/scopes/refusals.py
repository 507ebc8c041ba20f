"""Why a scope is not defined, found or deleted: reasons with stable names; ``wording`` puts them into words."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a scope cannot be defined as it was typed."""

    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    NAME_CHARACTERS = "name_characters"
    NAME_RESERVED = "name_reserved"
    NAME_TAKEN = "name_taken"
    DESCRIPTION_MISSING = "description_missing"
    DESCRIPTION_TOO_LONG = "description_too_long"
    AUDIENCE_CHARACTERS = "audience_characters"
    AUDIENCE_TOO_LONG = "audience_too_long"
    AUDIENCE_RESERVED = "audience_reserved"


class ScopeInUse(Exception):
    """Apps have this scope; ``apps`` names them."""

    def __init__(self, apps: list[str]) -> None:
        super().__init__(", ".join(apps))
        self.apps = apps


class ScopeNotFound(Exception):
    """No scope of this name was defined; the standard and built-in ones cannot be deleted."""


class ScopeRefused(Exception):
    """The scope cannot be kept; ``field`` and ``reason`` tell why."""

    def __init__(self, field: str, reason: Reason) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
