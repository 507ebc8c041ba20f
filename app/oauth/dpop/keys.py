"""The public key inside a proof, read from nothing but the members its kind must have."""

import hashlib
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from joserfc import jwk
from joserfc.jwk import Key

from ...crypto import base64url, from_base64url
from ...diagnostics import causes
from ..refusals import Refused

# What signs proofs, and the kind of key each needs; never one whose secret both sides would have to know.
_KINDS = {
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
    "Ed25519": ("OKP", "Ed25519"),
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
}
ALGORITHMS = tuple(_KINDS)
# What a thumbprint is made of, in its order (RFC 7638 section 3.2, RFC 8037 section 2).
_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "OKP": ("crv", "kty", "x"), "RSA": ("e", "kty", "n")}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
_VALUE = re.compile(r"[A-Za-z0-9_-]{1,700}")
SHORTEST_RSA, LONGEST_RSA = 2048, 4096  # bits; longer ones cost more than they protect
LONGEST_EXPONENT = 8  # characters; larger exponents make verifying as dear as signing
KEYS_KEPT = 1_000  # by a process: an app makes all its proofs with one

Members = tuple[tuple[str, str], ...]


def read_key(sent: Any, alg: str) -> tuple[Key, str]:
    """Return the key that ``alg`` takes, and its thumbprint (:rfc:`7638`). Raises :class:`Refused`.

    Names of keys, addresses and certificates beside its members are not looked at.
    """
    if not isinstance(sent, dict):
        raise malformed("jwk")
    if not _PRIVATE.isdisjoint(sent):
        raise malformed("jwk", hint="dpop_private_key")
    kind, curve = _KINDS[alg]
    if sent.get("kty") != kind or (curve is not None and sent.get("crv") != curve):
        raise malformed("jwk", hint="dpop_other_key")
    members = tuple((name, sent.get(name)) for name in _MEMBERS[kind])
    if not all(isinstance(value, str) and _VALUE.fullmatch(value) for _name, value in members):
        raise malformed("jwk")
    if kind == "RSA" and not _is_strong(sent):
        raise malformed("jwk", hint="dpop_weak_key")
    try:
        return _import(members)
    except ValueError as error:
        raise malformed("jwk") from error


def malformed(part: str, hint: str | None = None) -> Refused:
    """The refusal of a proof in which ``part`` is not what :rfc:`9449#section-4.2` says."""
    return Refused(causes.DPOP_PROOF_MALFORMED, part=part, hint=hint)


def _is_strong(members: Mapping[str, str]) -> bool:
    if len(members["e"]) > LONGEST_EXPONENT:
        return False
    try:
        modulus = int.from_bytes(from_base64url(members["n"]))
    except ValueError:
        return False
    return SHORTEST_RSA <= modulus.bit_length() <= LONGEST_RSA


@lru_cache(maxsize=KEYS_KEPT)
def _import(members: Members) -> tuple[Key, str]:
    as_json = json.dumps(dict(members), separators=(",", ":"))
    key = jwk.import_key(dict(members))
    key.get_op_key("verify")  # reads it: a point that is not on its curve ends here
    return key, base64url(hashlib.sha256(as_json.encode()).digest())
