"""Prints docs/your-data.schema.json as the sections have it: python -m tests.privacy.schema_page > docs/your-data.schema.json"""

import json
from typing import Any

from app.database.rows import UtcDateTime
from app.privacy.sections import ACCOUNT, SECTIONS
from app.privacy.shapes import Field, Shape

ABOUT = (
    "What POST /account/data/export of a Pforte portal answers: everything it has of one person. "
    "Made from app/privacy/sections.py."
)
TIME = {"type": "string", "format": "date-time"}


def schema() -> dict[str, Any]:
    """JSON Schema of the document."""
    head = {"portal": {"type": "string"}, "exported_at": TIME, "account": _object(ACCOUNT)}
    sections = {
        each.name: {"description": each.about, "type": "array", "items": _object(each.fields)} for each in SECTIONS
    }  # fmt: skip
    properties = head | sections
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Your data",
        "description": ABOUT,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def render() -> str:
    """The whole file."""
    return json.dumps(schema(), indent=2) + "\n"


def _object(fields: tuple[Field, ...]) -> dict[str, Any]:
    properties = {field.name: _value(field) for field in fields}
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _value(field: Field) -> dict[str, Any]:
    if field.shape in (Shape.WORDS, Shape.LINES):
        return {"type": "array", "items": {"type": "string"}}
    if field.shape is Shape.OBJECT:
        return {"type": "object"}
    if field.shape is Shape.BYTES:
        return {"type": "string", "contentEncoding": "base64"}
    kind = field.column.type
    if isinstance(kind, UtcDateTime):
        found: dict[str, Any] = dict(TIME)
    else:
        python = getattr(kind, "impl_instance", kind).python_type
        found = {"type": {str: "string", bool: "boolean", int: "integer"}[python]}
    if getattr(field.column, "nullable", True):
        found["type"] = [found["type"], "null"]
    return found


if __name__ == "__main__":
    print(render(), end="")
