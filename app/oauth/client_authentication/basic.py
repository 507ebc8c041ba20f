"""client_secret_basic: what an Authorization header of the kind Basic holds, and why one holds nothing."""

import base64
import binascii
from urllib.parse import unquote_plus

from ...diagnostics import causes
from ..refusals import Refused


def read_basic(header: str) -> tuple[str, str]:
    """Id and secret, each form-decoded (:rfc:`6749#section-2.3.1`). Raises :class:`Refused`."""
    encoded = header.partition(" ")[2].strip()
    try:
        client_id, separator, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except ValueError as error:
        raise Refused(causes.BASIC_MALFORMED, hint=_find_hint(encoded)) from error
    if not separator or not client_id:
        raise Refused(causes.BASIC_MALFORMED, hint=None if separator else "no_colon")
    return unquote_plus(client_id), unquote_plus(secret)


def _find_hint(encoded: str) -> str:
    """The key of a hint about what is no base64 of a text."""
    if ":" in encoded:
        return "not_encoded"
    try:
        base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error:
        return "not_base64"
    return "no_padding" if len(encoded) % 4 else "not_base64"
