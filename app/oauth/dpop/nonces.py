"""Nonces that proofs must repeat, :rfc:`9449#section-8`: so that nobody makes proofs in advance.

A nonce is the minute it was given in and a MAC over that: no row, and all workers and machines take it.
"""

import struct
import time

from ...crypto import base64url, from_base64url
from ...extensions import vault

HEADER = "DPoP-Nonce"
MINUTE = 60  # seconds
GOOD_FOR = 5  # minutes after the one it was given in
_GIVEN = struct.Struct(">Q")
# Other MACs of the vault are over longer texts, so that none of them passes for a nonce.
_PURPOSE = b"dpop nonce"


def current_nonce() -> str:
    """The nonce of this minute."""
    return _nonce(_minute())


def is_good(nonce: str) -> bool:
    """Whether we gave it within the last minutes; another machine's clock may be one ahead."""
    try:
        raw = from_base64url(nonce)
    except ValueError:
        return False
    if len(raw) <= _GIVEN.size:
        return False
    given, mac = raw[: _GIVEN.size], raw[_GIVEN.size :]
    age = _minute() - _GIVEN.unpack(given)[0]
    return -1 <= age <= GOOD_FOR and vault.is_mac(mac, _PURPOSE, given)


def _nonce(minute: int) -> str:
    given = _GIVEN.pack(minute)
    return base64url(given + vault.mac(_PURPOSE, given))


def _minute() -> int:
    return int(time.time()) // MINUTE
