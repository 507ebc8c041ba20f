"""Near misses of a client ID: what was probably meant by one that no app has."""

import re

from ..masking import SECRET

OURS = re.compile(r"[0-9a-f]{32}")
PLACEHOLDERS = re.compile(r"(?i)your|client_?id|changeme|xxx|<|\{|\$")


def find_hint(client_id: str, secret: str | None = None) -> str | None:
    """The key of a hint about ``client_id``, or None where nothing can be seen from it."""
    trimmed = client_id.strip()
    if secret and OURS.fullmatch(secret.strip()) and not OURS.fullmatch(trimmed):
        return "id_and_secret_swapped"
    if SECRET.search(client_id):
        return "looks_like_secret"
    if trimmed != client_id or re.search(r"\s", client_id):
        return "white_space"
    return _hint_of_form(client_id)


def _hint_of_form(client_id: str) -> str | None:
    if client_id[:1] in ("'", '"') or client_id[-1:] in ("'", '"'):
        return "quoted"
    if OURS.fullmatch(client_id):
        return None  # well formed: an app that was deleted, or one of another portal
    if OURS.fullmatch(client_id.lower()):
        return "upper_case"
    if re.fullmatch(r"[0-9a-f]{8,31}", client_id):
        return "cut"
    if "%" in client_id:
        return "encoded"
    if PLACEHOLDERS.search(client_id):
        return "placeholder"
    return "looks_like_address" if re.search(r"[@/]", client_id) else "of_other_portal"
