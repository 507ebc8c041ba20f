"""What other services may ask: patterns, and what answers each."""

import json
from collections.abc import Callable
from typing import Any

from ..database.trouble import again_if_lost
from ..extensions import settings
from ..oauth.refusals import Refused
from ..oauth.tokens.access_tokens import active_token
from ..users.public_fields import look_up

Responder = Callable[[Any], Any]


def check_token(data: Any) -> dict[str, Any] | bool:
    """The claims of ``data["jwt"]``; False for whatever is no active access token of ours."""
    token = data.get("jwt") if isinstance(data, dict) else None
    if not isinstance(token, str):
        return False
    try:
        return again_if_lost(lambda: active_token(token, settings.issuer, explain=False)).claims
    except Refused:
        return False


def get_user(data: Any) -> dict[str, Any] | None:
    """The public fields of the person called ``data["username"]``; None for nobody."""
    username = data.get("username") if isinstance(data, dict) else None
    if not isinstance(username, str):
        return None
    return again_if_lost(lambda: look_up(username))


PATTERNS: tuple[tuple[dict[str, str], Responder], ...] = (
    ({"role": "auth", "cmd": "check"}, check_token),
    ({"role": "user", "cmd": "get"}, get_user),
)


def find_responder(pattern: Any) -> Responder | None:
    """What answers ``pattern``, an object or its JSON; the order of its keys says nothing."""
    if isinstance(pattern, str):
        try:
            pattern = json.loads(pattern)
        except (ValueError, RecursionError):
            return None
    return next((responder for known, responder in PATTERNS if known == pattern), None)
