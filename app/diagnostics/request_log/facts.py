"""The facts of a cause as the log may keep them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ... import masking
from ..causes import CATALOGUE

MOST_ENTRIES = 30  # entries of a list
# These facts name parameters, and a body that is no form becomes the name of one.
NAMES = frozenset({"fields", "parameter", "missing"})
# What the app or the portal has registered itself: nothing of it came with the request.
REGISTERED = frozenset({"nearest"})

Parameters = Sequence[tuple[str, str]]


def facts_to_keep(told: dict[str, dict[str, Any]], parameters: Parameters) -> dict[str, dict[str, Any]]:
    """Of what endpoints told about each cause, what its sentences need, without secrets."""
    secrets = masking.secrets_among(parameters)
    names = masking.names_among(parameters)
    return {
        cause: {
            name: fact if name in REGISTERED else _kept(fact, secrets, names if name in NAMES else {})
            for name, fact in facts.items()
            if name in CATALOGUE[cause].facts
        }
        for cause, facts in told.items()
    }


def _kept(fact: Any, secrets: set[str], names: dict[str, str]) -> Any:
    if isinstance(fact, datetime):
        return fact.isoformat()
    if isinstance(fact, bool | int | None):
        return fact
    if isinstance(fact, float):
        return round(fact, 1)
    if isinstance(fact, list | tuple | set | frozenset):
        return [_kept(each, secrets, names) for each in list(fact)[:MOST_ENTRIES]]
    clean = masking.text(fact)
    if any(secret in clean for secret in secrets):
        return masking.length_of(clean)
    return masking.without_secrets(names.get(clean, clean))
