"""The binary part of an authenticator's answer, looked at before a library decodes it.

CTAP2 allows little of CBOR: definite lengths, no tags, four levels (Client to Authenticator Protocol 2.1, section 8).
Anything else is made to keep a decoder busy.
"""

from collections.abc import Callable
from typing import cast

from webauthn.helpers import encode_cbor, parse_cbor

from .refusals import PasskeyRefused, Reason

MOST_LEVELS = 4
_HEAD = 37  # bytes: hash of the relying party ID, flags, counter
_HAS_CREDENTIAL, _HAS_EXTENSIONS = 0x40, 0x80
_AAGUID = 16
_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE_TRUE_NULL = (20, 21, 22)


def check_authenticator_data(data: bytes) -> None:
    """Raise :class:`PasskeyRefused` unless ``data`` is built as WebAuthn, section 6.1, says."""
    if len(data) < _HEAD:
        raise PasskeyRefused(Reason.MALFORMED)
    at, flags = _HEAD, data[32]
    if flags & _HAS_CREDENTIAL:
        length_at = at + _AAGUID
        at = length_at + 2 + int.from_bytes(data[length_at : length_at + 2], "big")
        at = _end_of_item(data, at)
    if flags & _HAS_EXTENSIONS:
        at = _end_of_item(data, at)
    if at != len(data):
        raise PasskeyRefused(Reason.MALFORMED)


def without_statement(attestation: bytes) -> bytes:
    """Return the attestation object without its statement, which nobody asked for and nobody is to read.

    Raises :class:`PasskeyRefused` where it is none.
    """
    if _end_of_item(attestation, 0) != len(attestation):
        raise PasskeyRefused(Reason.MALFORMED)
    try:
        told = parse_cbor(attestation)
    except Exception as error:  # of whatever kind a decoder fails with
        raise PasskeyRefused(Reason.MALFORMED) from error
    data = told.get("authData") if isinstance(told, dict) else None
    if not isinstance(data, bytes):
        raise PasskeyRefused(Reason.MALFORMED)
    check_authenticator_data(data)
    return cast("Callable[[object], bytes]", encode_cbor)({"fmt": "none", "attStmt": {}, "authData": data})


def _end_of_item(data: bytes, at: int, level: int = 1) -> int:
    """Return where the CBOR item at ``at`` ends. Raises :class:`PasskeyRefused`."""
    kind, value, at = _read_head(data, at)
    if kind in (_UNSIGNED, _NEGATIVE):
        return at
    if kind in (_BYTES, _TEXT) and at + value <= len(data):
        return at + value
    if kind == _SIMPLE and value in _FALSE_TRUE_NULL:
        return at
    items = {_ARRAY: value, _MAP: 2 * value}.get(kind)
    if items is None or level > MOST_LEVELS or items > len(data) - at:
        raise PasskeyRefused(Reason.MALFORMED)
    for _each in range(items):
        at = _end_of_item(data, at, level + 1)
    return at


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    """Return kind and value of the item at ``at``, and where its content begins."""
    if at >= len(data):
        raise PasskeyRefused(Reason.MALFORMED)
    kind, value = data[at] >> 5, data[at] & 0x1F
    at += 1
    if value < 24:
        return kind, value, at
    width = {24: 1, 25: 2, 26: 4, 27: 8}.get(value)
    if width is None or at + width > len(data):
        raise PasskeyRefused(Reason.MALFORMED)
    return kind, int.from_bytes(data[at : at + width], "big"), at + width
