"""A proof of possession: a JWT that an app signs for one request, :rfc:`9449#section-4`."""

import hashlib
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from ...crypto import base64url, equal, from_base64url
from ...diagnostics import causes
from ..refusals import Refused
from . import nonces
from .keys import ALGORITHMS, malformed, read_key
from .targets import is_target

HEADER = "DPoP"
TYPE = "dpop+jwt"
LONGEST = 6_000  # characters; with the longest key and its signature about 2,500
LONGEST_TEXT = 1_000  # characters of a claim
EARLIEST, LATEST = 60, 30  # seconds that iat may lie before and after our clock
END_OF_TIME = 253_402_300_799  # the end of the year 9999; larger numbers count milliseconds
_UNREADABLE = (JoseError, ValueError, TypeError, RecursionError)
_REGISTRY = JWSRegistry(algorithms=list(ALGORITHMS))


@dataclass(frozen=True, slots=True)
class Proof:
    """A sound proof: ``jkt`` is the thumbprint of its key, ``made_at`` its ``iat``. It may have been used before."""

    jkt: str
    jti: str
    made_at: float
    ath: str | None = None
    new_nonce: str | None = None
    """What the next proof is to repeat, where that is another nonce than this one's."""

    @property
    def headers(self) -> dict[str, str]:
        """What the answer carries for the next proof (:rfc:`9449#section-8.2`)."""
        return {nonces.HEADER: self.new_nonce} if self.new_nonce else {}

    def check_token(self, token: str) -> None:
        """Refuse a proof that was made for another access token, or for none: ``ath``."""
        expected = base64url(hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest())
        if self.ath is None:
            raise malformed("ath")
        if not equal(self.ath, expected):
            raise Refused(causes.DPOP_PROOF_WRONG_TARGET, claim="ath", sent=self.ath, expected=expected)


def check_proof(sent: str, method: str, url: str, *, with_nonce: bool) -> Proof:
    """Check that ``sent`` was made with the key inside it for a request of ``method`` to ``url``, just now.

    ``with_nonce`` demands one of our nonces. Raises :class:`Refused`; whether it was used before is asked later.
    """
    header, claims = _verified(sent)
    for name in ("jti", "htm", "htu"):
        if not claims.get(name) or not _is_text(claims[name]):
            raise malformed(name)
    if claims["htm"] != method:
        raise Refused(causes.DPOP_PROOF_WRONG_TARGET, claim="htm", sent=claims["htm"], expected=method)
    if not is_target(claims["htu"], url):
        raise Refused(causes.DPOP_PROOF_WRONG_TARGET, claim="htu", sent=claims["htu"], expected=url)
    made_at = _check_times(claims)
    ath = claims.get("ath")
    if ath is not None and not _is_text(ath):
        raise malformed("ath")
    new_nonce = _check_nonce(claims.get("nonce")) if with_nonce else None
    return Proof(header["jkt"], claims["jti"], made_at, ath, new_nonce)


def _verified(sent: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The header, with the thumbprint of its key as ``jkt``, and the claims, once the signature is found right."""
    if "," in sent:
        raise malformed(HEADER, hint="dpop_several")
    segments = sent.strip().split(".")
    if len(sent) > LONGEST or len(segments) != 3:
        raise malformed("JWT")
    header, claims = _object(segments[0]), _object(segments[1])
    if header.get("typ") != TYPE:
        raise malformed("typ")
    alg = header.get("alg")
    if not isinstance(alg, str) or alg not in ALGORITHMS:
        raise malformed("alg")
    if not header.keys().isdisjoint({"crit", "b64", "enc", "zip"}):
        raise malformed("crit")
    key, jkt = read_key(header.get("jwk"), alg)
    try:
        signed, signature = ".".join(segments[:2]).encode("ascii"), from_base64url(segments[2])
        is_right = _REGISTRY.get_alg(alg).verify(signed, signature, key)
    except _UNREADABLE:
        is_right = False
    if not is_right:
        raise malformed("signature")
    return {"jkt": jkt}, claims


def _check_times(claims: dict[str, Any]) -> float:
    """Return ``iat``; refuse one that is not about now, and what ``exp`` and ``nbf`` speak against."""
    moment = time.time()
    made_at = _time("iat", claims.get("iat"))
    until, since = _time("exp", claims.get("exp", moment)), _time("nbf", claims.get("nbf", moment))
    is_new = moment - EARLIEST <= made_at <= moment + LATEST
    if not is_new or until < moment - LATEST or since > moment + LATEST:
        raise Refused(
            causes.DPOP_PROOF_TOO_OLD,
            made_at=datetime.fromtimestamp(made_at, UTC),
            seconds=round(moment - made_at),
            before=EARLIEST,
            after=LATEST,
        )
    return made_at


def _time(name: str, value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= END_OF_TIME:  # nor NaN
        raise malformed(name)
    return float(value)


def _check_nonce(nonce: Any) -> str | None:
    """Refuse a proof without a nonce of ours that is still good; return that of this minute, if it is another one."""
    if not isinstance(nonce, str) or not nonces.is_good(nonce):
        raise Refused(causes.DPOP_NONCE_WANTED)
    current = nonces.current_nonce()
    return None if nonce == current else current


def _object(segment: str) -> dict[str, Any]:
    try:
        value = json.loads(from_base64url(segment))
    except _UNREADABLE as error:
        raise malformed("JWT") from error
    if not isinstance(value, dict):
        raise malformed("JWT")
    return value


def _is_text(value: Any) -> bool:
    """Whether a claim is a text that every database takes: JSON may hold half a character."""
    return isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_TEXT
