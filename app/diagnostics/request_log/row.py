"""What is known of a request while it is answered, and the row that becomes of it."""

import json
from dataclasses import dataclass, field
from typing import Any

from flask import g

from ... import masking
from ...clock import now
from ...crypto import new_request_id
from ...database.rows import as_stored, new_id
from ...extensions import vault
from ..causes import Cause
from .facts import facts_to_keep
from .reading import sealed_for

_PROOFS = frozenset({"client_secret", "client_assertion"})
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass
class NotedRequest:
    """What is known so far of the request being answered."""

    endpoint: str
    parameters: list[tuple[str, str]]
    scheme: str
    client_id: str | None = None
    user_id: str | None = None
    cause: Cause | None = None
    error: str | None = None
    remarks: list[str] = field(default_factory=list)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    redirect_uri: str | None = None
    id: str = ""
    request_id: str = ""
    """Its own, where it is none that came in; else that of the request at work."""
    kept: bool | None = None
    """Whether a refusal becomes a row, once that was asked."""

    def is_refused(self, status: int) -> bool:
        """Whether the app was refused what it asked for."""
        return self.cause is not None or status >= 400

    @property
    def is_anonymous(self) -> bool:
        """Whether anybody at all could have sent it: a browser nobody is signed in at, an app that proves nothing."""
        if self.endpoint == "par":
            return not self.scheme and not _PROOFS.intersection(name for name, _value in self.parameters)
        return self.endpoint in ("authorize", "logout") and self.user_id is None


def row_of(entry: NotedRequest, status: int) -> dict[str, Any]:
    """The columns of the row as the driver takes them, now that the answer is ready."""
    refusal = entry.cause
    names = ([refusal.name] if refusal else []) + entry.remarks
    request_id = entry.request_id or g.get("request_id") or new_request_id()
    return {
        "id": entry.id or new_id(),
        "request_id": request_id,
        "at": as_stored(now()),
        "client_id": entry.client_id,
        "user_id": entry.user_id,
        "endpoint": masking.text(entry.endpoint).encode("ascii", "replace").decode(),
        "outcome": "refused" if entry.is_refused(status) else "ok",
        "cause": names[0] if names else None,
        "remarks": f" {' '.join(names[1:])} "[:200] if names[1:] else None,
        "error": entry.error,
        "status": status,
        "details": _details(entry, request_id),
    }


def _details(entry: NotedRequest, request_id: str) -> str:
    parameters = [(masking.text(name), masking.text(value)) for name, value in entry.parameters]
    details: dict[str, Any] = {"request": masking.as_received(parameters)}
    if entry.scheme:
        details["authorization"] = entry.scheme
    if entry.facts:
        details["facts"] = facts_to_keep(entry.facts, parameters)
    if entry.redirect_uri and len(entry.redirect_uri) <= 2000:
        # Its query may carry something private, yet the owner must be able to register it as it is.
        details["redirect_uri"] = vault.encrypt(masking.text(entry.redirect_uri), sealed_for(request_id))
    return _json(details)
