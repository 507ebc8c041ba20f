"""Whether a document is what a JSON Schema says: as much of the specification as our own schemas use, strictly."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "null": type(None),
}
KNOWN = {
    *("$schema", "title", "description", "type", "format"),
    *("properties", "required", "additionalProperties", "items"),
}


def problems(schema: dict[str, Any], value: Any, where: str = "$") -> Iterator[str]:
    """What in ``value`` is otherwise than the schema says; a word of the schema that is not known here is one."""
    yield from (f"{where}: unknown keyword {word}" for word in schema.keys() - KNOWN)
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    # To Python, True is a number.
    if not any(type(value) is KINDS[kind] for kind in kinds):
        yield f"{where}: {type(value).__name__}, not {' or '.join(kinds)}"
    elif isinstance(value, dict):
        yield from _of_object(schema, value, where)
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from problems(schema["items"], each, f"{where}[{place}]")
    elif isinstance(value, str) and schema.get("format") == "date-time" and not _is_moment(value):
        yield f"{where}: {value!r} is no date-time"


def _of_object(schema: dict[str, Any], value: dict[str, Any], where: str) -> Iterator[str]:
    properties = schema.get("properties", {})
    yield from (f"{where}: {name} is missing" for name in schema.get("required", []) if name not in value)
    for name, each in value.items():
        if name in properties:
            yield from problems(properties[name], each, f"{where}.{name}")
        elif not schema.get("additionalProperties", True):
            yield f"{where}: {name} is not foreseen"


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
