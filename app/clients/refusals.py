"""Why details of an app are refused: reasons with stable names; ``wording`` puts them into words."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """One thing that may be wrong with one field."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    INVISIBLE = "invisible"
    MIXED_SCRIPTS = "mixed_scripts"
    BORROWED = "borrowed"
    TAKEN = "taken"
    UNKNOWN = "unknown"
    NOT_OFFERED = "not_offered"
    DUPLICATE = "duplicate"
    TOO_MANY = "too_many"
    NOT_A_WEB_ADDRESS = "not_a_web_address"

    WHITE_SPACE = "white_space"
    CONTROL_CHARACTER = "control_character"
    BACKSLASH = "backslash"
    NON_ASCII = "non_ascii"
    MALFORMED = "malformed"
    NOT_ABSOLUTE = "not_absolute"
    SCHEME_FORBIDDEN = "scheme_forbidden"
    FRAGMENT = "fragment"
    WILDCARD = "wildcard"
    HOST_MISSING = "host_missing"
    USERINFO = "userinfo"
    PORT = "port"
    PLAIN_HTTP = "plain_http"
    NOT_PUBLIC = "not_public"
    QUERY_IS_OURS = "query_is_ours"
    PRIVATE_SCHEME_NOT_REVERSE_DOMAIN = "private_scheme_not_reverse_domain"

    REDIRECT_URI_NEEDED = "redirect_uri_needed"
    PUBLIC_WITHOUT_SECRET = "public_without_secret"
    PUBLIC_WITH_PASSWORDS = "public_with_passwords"
    PUBLIC_NEEDS_PKCE = "public_needs_pkce"
    METHOD_DOES_NOT_FIT = "method_does_not_fit"
    KEYS_NEEDED = "keys_needed"
    KEYS_MALFORMED = "keys_malformed"
    KEYS_PRIVATE = "keys_private"
    KEYS_TOO_SHORT = "keys_too_short"
    KEYS_TWICE = "keys_twice"


@dataclass(frozen=True)
class Problem:
    """What is wrong with ``field``; ``value`` and ``line`` (counted from 1) tell which entry, where it is a list."""

    field: str
    reason: Reason
    value: str = ""
    line: int = 0


class ClientRefused(Exception):
    """The details of an app cannot be kept; ``problems`` names everything that is wrong with them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(", ".join(f"{problem.field}: {problem.reason}" for problem in problems))
        self.problems = problems


class KeysRefused(Exception):
    """Nobody may prove anything with this key set; ``reason`` tells why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class PortalsOwnApp(Exception):
    """The portal needs this app and would make it again: it can be disabled, not deleted or handed over."""


class DisabledByAdministrator(Exception):
    """An administrator disabled this app, so its owner cannot enable it."""


class SecretNotKept(Exception):
    """Only a digest of this secret is kept: nobody can see it again."""


class TooManySecrets(Exception):
    """The app has as many valid secrets as an app may have."""


class RedirectUriNotAllowed(Exception):
    """This URI cannot be registered; ``reason`` tells why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
