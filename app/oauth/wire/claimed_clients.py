"""Which apps a refused request names, wherever their client ID can be read; nothing of it is proven."""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

from flask import request
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from ...crypto import from_base64url
from ...database.engines import read_connection
from ...extensions import settings
from ..models import TokenFamily
from ..tokens import encryption, families

MOST_FIELDS = 100  # of a body that came as something else than a form
_ID = re.compile(r"[0-9a-z_-]{1,32}")
_AROUND_IT = " \t\r\n'\""  # what comes along when it is copied


def sent_form() -> MultiDict[str, str]:
    """The fields of the body; none where it was too large to be read, which is told already."""
    try:
        return request.form
    except HTTPException:
        return MultiDict()


def fields_of_mistyped_form() -> dict[str, str]:
    """The fields of a body that is a form, but came under another content type."""
    try:
        return dict(parse_qsl(_unparsed_body(), max_num_fields=MOST_FIELDS))
    except ValueError:
        return {}


def claimed(token: str | None = None) -> Iterator[str]:
    """Each client ID once, that of the Authorization header first; ``token`` is what the request presented."""
    seen = set()
    for text in _read_everywhere(token):
        client_id = text.strip(_AROUND_IT).lower()
        if _ID.fullmatch(client_id) and client_id not in seen:
            seen.add(client_id)
            yield client_id


def _read_everywhere(token: str | None) -> Iterator[str]:
    form = sent_form()
    yield from _in_header()
    yield form.get("client_id", "")
    yield request.args.get("client_id", "")
    yield _text(_claims(form.get("client_assertion", "")).get("sub"))
    yield _text(_object(_unparsed_body()).get("client_id"))
    yield fields_of_mistyped_form().get("client_id", "")
    yield _of_token(token or "")


def _in_header() -> Iterator[str]:
    """What stands before the colon, in base64 with or without its padding or as it is, also without “Basic”."""
    scheme, space, rest = request.headers.get("Authorization", "").partition(" ")
    credentials = rest.strip() if space else scheme
    for text in (_decoded(credentials), credentials):
        client_id, colon, _secret = text.partition(":")
        if colon or scheme.lower() == "basic":
            yield unquote_plus(client_id)


def _decoded(credentials: str) -> str:
    try:
        return base64.b64decode(credentials.rstrip("=") + "==").decode("latin-1")
    except ValueError:
        return ""


def _of_token(token: str) -> str:
    """The app a token speaks of: ``client_id`` of an access token, ``aud`` of an id_token."""
    parsed = families.parse_refresh_token(token)
    if parsed is not None:
        with read_connection() as connection:
            query = select(TokenFamily.client_id).where(TokenFamily.id == parsed.family_id)
            return connection.scalar(query) or ""
    try:
        signed = encryption.signed_part(token, settings.jwe_encryption_key)
    except ValueError:
        return ""
    claims = _claims(signed)
    return _text(claims.get("client_id") or claims.get("aud"))


def _claims(jwt: str) -> dict[str, Any]:
    try:
        return _object(from_base64url(jwt.split(".")[1]))
    except (ValueError, IndexError):
        return {}


def _object(text: str | bytes) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _unparsed_body() -> str:
    """What no form was read from; nothing where it is too large."""
    try:
        return request.get_data(as_text=True)
    except HTTPException:
        return ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
