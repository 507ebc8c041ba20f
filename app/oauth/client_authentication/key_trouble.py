"""Why there are no keys at the address that an app has named, as its owner reads it."""

from dataclasses import dataclass
from typing import Any

from ...clients.refusals import KeysRefused, Reason
from ...diagnostics import causes
from ...diagnostics.causes import Cause
from ...fetching.refusals import FetchFailed

_OUTAGES = frozenset({"unreachable", "timeout", "tls", "not_http"})


@dataclass(frozen=True, slots=True)
class KeyTrouble:
    """The cause with its facts; an outage says nothing of the keys, which may still be good."""

    cause: Cause
    facts: dict[str, Any]
    is_outage: bool = False


def explain(error: FetchFailed | KeysRefused, address: str) -> KeyTrouble:
    """Return what to tell of a fetch from ``address`` that brought no keys."""
    if isinstance(error, KeysRefused):
        return KeyTrouble(causes.JWKS_MALFORMED, {"address": address, "hint": _hint_of_keys(error.reason)})
    if error.reason == "address_not_public":
        return KeyTrouble(causes.ADDRESS_NOT_PUBLIC, {"host": error.facts["host"]})
    if error.reason in ("not_json", "too_large"):
        hint = "not_json" if error.reason == "not_json" else "too_many_bytes"
        return KeyTrouble(causes.JWKS_MALFORMED, {"address": address, "hint": hint})
    facts: dict[str, Any] = {"address": address, "hint": _hint_of_failure(error.reason), **error.facts}
    is_outage = error.reason in _OUTAGES or facts.get("status", 0) >= 500
    return KeyTrouble(causes.JWKS_UNREACHABLE, facts, is_outage)


def _hint_of_keys(reason: Reason) -> str:
    if reason is Reason.KEYS_PRIVATE:
        return "private_key"
    return "short_key" if reason is Reason.KEYS_TOO_SHORT else "no_usable_key"


def _hint_of_failure(reason: str) -> str:
    return {
        "unreachable": "no_connection",
        "timeout": "no_answer_in_time",
        "tls": "no_tls",
        "not_http": "no_http",
        "redirected": "redirected",
        "url_malformed": "not_https",
    }.get(reason, "other_status")
