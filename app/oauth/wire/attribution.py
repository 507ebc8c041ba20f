"""Whose refused request it probably was: the owner of that app shall read why, although nothing was proven."""

import base64
import json
from typing import Any
from urllib.parse import unquote_plus

from flask import request
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from ...crypto import from_base64url
from ...database.engines import read_connection
from ...diagnostics import causes, request_log
from ...diagnostics.causes import Cause
from ...extensions import settings
from ..client_lookup import find_client
from ..models import TokenFamily
from ..tokens import encryption, families


def attribute(cause: Cause, token: str | None = None) -> None:
    """Put the refusal into the log of the app that the request names, unless the log knows better.

    A client ID is public, so anybody may name one: refusals are few a minute and app, and say what was seen.
    """
    if request_log.is_attributed() or cause is causes.PORTAL_TROUBLE:
        return
    try:
        claimed = _claimed() or (_named_by(token) if token else "")
        if claimed and find_client(claimed) is not None:
            request_log.attribute_to(client_id=claimed)
    except SQLAlchemyError:
        return  # the log is not worth a second trouble


def sent_form() -> MultiDict[str, str]:
    """The fields of the body; none where it was too large to be read, which is told already."""
    try:
        return request.form
    except HTTPException:
        return MultiDict()


def _claimed() -> str:
    return _named_in_header() or sent_form().get("client_id") or request.args.get("client_id") or ""


def _named_in_header() -> str:
    """The client ID of a Basic header, as far as that can be read."""
    header = request.headers.get("Authorization", "")
    if header[:6].lower() != "basic ":
        return ""
    try:
        decoded = base64.b64decode(header[6:].strip(), validate=True).decode("ascii")
    except ValueError:
        return ""
    return unquote_plus(decoded.partition(":")[0])


def _named_by(token: str) -> str:
    """The app a token speaks of: ``client_id`` of an access token, ``aud`` of an id_token."""
    parsed = families.parse_refresh_token(token)
    if parsed is not None:
        with read_connection() as connection:
            query = select(TokenFamily.client_id).where(TokenFamily.id == parsed.family_id)
            return connection.scalar(query) or ""
    try:
        signed = encryption.signed_part(token, settings.jwe_encryption_key)
        claims: Any = json.loads(from_base64url(signed.split(".")[1]))
    except (ValueError, IndexError, RecursionError):
        return ""
    named = (claims.get("client_id") or claims.get("aud")) if isinstance(claims, dict) else None
    return named if isinstance(named, str) else ""
