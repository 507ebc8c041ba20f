"""What one failure means, as programs read it: problem details, :rfc:`9457`."""

from typing import Any

from .causes import Cause
from .request_log.reading import LogEntry

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:pforte:cause:"


def describe(entry: LogEntry) -> dict[str, Any]:
    """Return cause, meaning, why, what to do and the request as received, secrets masked, in the reader's language."""
    told = [_explain(entry, cause) for cause in entry.causes]
    received: dict[str, list[str]] = {}
    for name, value in entry.parameters:
        received.setdefault(name, []).append(value)
    return {
        **(told[0] if told else {"type": "about:blank"}),
        "status": entry.row.status,
        "instance": f"/failures/{entry.request_id}",
        "request_id": entry.request_id,
        "at": entry.at.isoformat(),
        "endpoint": entry.row.endpoint,
        "outcome": entry.row.outcome,
        "error": entry.row.error,
        "remarks": told[1:],
        "received": {name: values[0] if len(values) == 1 else values for name, values in received.items()},
    }


def _explain(entry: LogEntry, cause: Cause) -> dict[str, Any]:
    return {
        "type": f"{TYPE}{cause.name}",
        "title": str(cause.meaning),
        "detail": entry.why(cause),
        "cause": cause.name,
        "fix": entry.fix(cause),
        "setting": cause.setting,
    }
