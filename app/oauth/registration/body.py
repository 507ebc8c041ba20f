"""The JSON that an app sends about itself: one object, whose texts every database takes."""

import json
from typing import Any

from ...diagnostics import causes
from ..refusals import Refused

LARGEST = 64 * 1024  # bytes; a dozen keys and thirty redirect URIs are less
DEEPEST = 8  # objects and lists in each other; a key set has three
MOST_LOGGED = 3  # values of a list that go to the log
# The log takes every name with a token or a secret in it for one that hides its value wherever it stands.
NOT_LOGGED = ("token_endpoint_auth_method",)


def read_metadata(body: bytes) -> dict[str, Any]:
    """The members of the object; those that are null count as left out. Raises :class:`Refused`."""
    try:
        document = json.loads(
            body.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError):
        raise Refused(causes.REGISTRATION_NOT_JSON) from None
    if not isinstance(document, dict) or not _is_kept_by_databases(document):
        raise Refused(causes.REGISTRATION_NOT_JSON)
    return {name: value for name, value in document.items() if value is not None}


def to_log(metadata: dict[str, Any]) -> list[tuple[str, str]]:
    """The metadata as the request log takes them: a pair for each text, some of each list, keys and the like left out."""
    pairs = []
    for name, value in metadata.items():
        if name in NOT_LOGGED:
            continue
        values = value[:MOST_LOGGED] if isinstance(value, list) else [value]
        pairs += [(name, each) for each in values if isinstance(each, str)]
    return pairs


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a member given twice nobody can say which one a proxy or a filter has read."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("repeated member")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _is_kept_by_databases(document: dict[str, Any]) -> bool:
    """Whether no text has null bytes or half characters, and nothing is nested too deep."""
    level: list[Any] = [document]
    for _depth in range(DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += [*value, *value.values()]
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and not _is_text(value):
                return False
        if not below:
            return True
        level = below
    return False


def _is_text(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= character <= "\udfff" for character in value)
