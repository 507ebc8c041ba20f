"""Access tokens that are bound to a key, at resources of ours: only with a proof of that key, :rfc:`9449#section-7`."""

from typing import Any
from urllib.parse import quote

from flask import request

from ...diagnostics import causes
from ...extensions import settings
from ..dpop.keys import ALGORITHMS
from ..dpop.presented import check_key
from ..dpop.proofs import HEADER, Proof, check_proof
from ..refusals import Refused

SCHEME = "DPoP"


def check_possession(token: str, claims: dict[str, Any], *, by_proof: bool) -> Proof | None:
    """Return the proof of the key that the token is bound to; None for one that is bound to none.

    ``by_proof`` says that it was sent as DPoP: what is bound is never taken as Bearer, nor the other way round.
    Raises :class:`Refused`; the edge uses the proof up when all else is in order.
    """
    confirmation = claims.get("cnf")
    if confirmation is None and not by_proof:
        return None
    if confirmation is None:
        raise Refused(causes.TOKEN_NOT_BOUND)
    if not by_proof:
        raise Refused(causes.TOKEN_BOUND)
    sent = request.headers.get(HEADER)
    if sent is None:
        raise Refused(causes.DPOP_PROOF_MISSING, hint="dpop_scheme")
    url = settings.issuer + quote(request.path)
    proof = check_proof(sent, request.method, url, with_nonce=settings.dpop_nonce)
    proof.check_token(token)
    check_key(confirmation["jkt"], proof, hint="dpop_access_token")
    return proof


def challenge() -> str:
    """Return what a 401 says to who sent a proof (:rfc:`9449#section-7.1`)."""
    return f'{SCHEME} realm="{settings.issuer}", algs="{" ".join(ALGORITHMS)}"'
