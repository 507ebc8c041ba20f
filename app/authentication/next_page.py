"""Where a person goes on after a form, inside the portal only."""

import unicodedata
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import request

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # characters that one reader sees and another drops


def safe_next(address: str | None) -> str | None:
    """``address`` if it is a path of this portal, else None.

    Browsers drop tabs and line breaks, take ``\\`` for ``/`` and ``//`` for the start of a host: whatever one of
    them, or a proxy that decodes once more, might read as another site's address is refused.
    """
    if not address or not address.startswith("/") or address.startswith("//") or "\\" in address:
        return None
    if any(unicodedata.category(character) in UNSEEN for character in address):
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme or parts.netloc:
        return None
    path = unquote(unquote(parts.path))
    if "//" in path or "\\" in path or any(ord(character) < ord(" ") for character in path):
        return None
    return address


def carried(**more: str | None) -> dict[str, Any]:
    """Return the query that a form keeps in its address: ``more``, and where the person goes on; nothing empty."""
    query = {**more, "next": safe_next(request.args.get("next"))}
    return {name: value for name, value in query.items() if value}


def destination(default: str) -> str:
    """Where the person wanted to go (``?next=``, inside the portal only), or else ``default``."""
    return safe_next(request.args.get("next")) or default
