"""What descriptions are made of: operations, bodies, answers, in the words of OpenAPI 3.1."""

from collections.abc import Mapping, Sequence
from typing import Any

Part = dict[str, Any]

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
TEXT: Part = {"type": "string"}
NUMBER: Part = {"type": "integer"}
FLAG: Part = {"type": "boolean"}
ADDRESS: Part = {"type": "string", "format": "uri"}


def ref(name: str) -> Part:
    """Refer to the schema of this name."""
    return {"$ref": f"#/components/schemas/{name}"}


def one_of(values: Sequence[str]) -> Part:
    """A text that is one of these."""
    return {"type": "string", "enum": list(values)}


def members(properties: Mapping[str, Part], required: Sequence[str] = ()) -> Part:
    """An object with at least these members."""
    found: Part = {"type": "object", "properties": dict(properties)}
    return found | {"required": list(required)} if required else found


def body(schema: Part, media: str = JSON) -> Part:
    """A request body, which must be there."""
    return {"required": True, "content": {media: {"schema": schema}}}


def answer(what: str, schema: Part | None = None, media: str = JSON, **more: Any) -> Part:
    """One answer; without a ``schema`` it has no content that is promised."""
    content = {"content": {media: {"schema": schema}}} if schema is not None else {}
    return {"description": what, **content, **more}


def operation(summary: str, answers: Mapping[str, Part], *security: str, **more: Any) -> Part:
    """One method of a path; ``security`` names the schemes of which one is enough ("": something else will do, too); none: everybody may ask."""
    return {
        "summary": summary,
        "security": [{name: []} if name else {} for name in security],
        **more,
        "responses": dict(answers),
    }


def query(properties: Mapping[str, Part], required: Sequence[str] = ()) -> list[Part]:
    """Parameters of the query."""
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in properties.items()
    ]


def placeholder(name: str) -> Part:
    """A part of the path."""
    return {"name": name, "in": "path", "required": True, "schema": TEXT}
