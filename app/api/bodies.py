"""Reading the JSON body of a request: an object whose fields are texts."""

import json
from typing import Any

from flask import abort, request

from .refusals import ApiRefused


def read_fields(*required: str, optional: tuple[str, ...] = ()) -> dict[str, str]:
    """The texts of these fields, "" for an optional one that is missing. Raises :class:`ApiRefused`."""
    document = read_object()
    for name in required:
        if document.get(name) is None:
            raise ApiRefused(422, "field_missing", f"The field {name} is missing.")
    names = (*required, *(name for name in optional if document.get(name) is not None))
    return dict.fromkeys(optional, "") | {name: _text(name, document[name]) for name in names}


def read_object() -> dict[str, Any]:
    """The body, which must be a JSON object. Raises :class:`ApiRefused`."""
    if not request.is_json:
        abort(415)
    try:
        document = json.loads(
            request.get_data().decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError):
        raise ApiRefused(400, "invalid_json", "The body is not valid JSON (RFC 8259).") from None
    if not isinstance(document, dict):
        raise ApiRefused(400, "invalid_json", "The body must be a JSON object.")
    return document


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise ApiRefused(422, "field_invalid", f"The field {name} must be a text.")
    # JSON can carry null bytes and half characters; databases cannot.
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise ApiRefused(422, "field_invalid", f"The field {name} contains characters that are no text.")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a field given twice nobody can say which one a proxy or a filter has read."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("repeated field")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)
