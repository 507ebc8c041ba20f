"""The proof that a request to the token endpoint carries, or a pushed request, and what is bound to its key."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ...crypto import equal
from ...diagnostics import causes
from ..refusals import Refused
from ..requests import PortalRequest
from .proofs import HEADER, Proof, check_proof
from .used_proofs import take_once

if TYPE_CHECKING:
    from config import Settings

PARAMETER = "dpop_jkt"
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")  # base64url of 32 bytes, without padding
# One cause, two errors: nothing that was granted differs from a request that is only pushed.
_DIFFERS_WHERE_PUSHED = replace(
    causes.DPOP_KEY_DIFFERS,
    error="invalid_dpop_proof",
    public="The DPoP proof was made with another key than the parameter dpop_jkt names.",
)


def note_proof(request: PortalRequest, settings: "Settings") -> None:
    """Check the proof of ``request``, where it has one, and keep it as ``request.proof``. Raises :class:`Refused`.

    Before anything is written: an app that is asked for a nonce asks again with the same code or assertion.
    """
    sent = request.headers.get(HEADER)
    if sent is not None:
        url = settings.issuer + request.uri
        request.proof = check_proof(sent, request.method, url, with_nonce=settings.dpop_nonce)


def use_proof(request: PortalRequest) -> None:
    """Use the proof up, once all else is in order; refuse a request without one where its app requires it."""
    if request.proof is not None:
        take_once(request.transaction(), request.proof)
    elif request.client.dpop_required:
        raise Refused(causes.DPOP_PROOF_MISSING, hint="dpop_required")


def check_key(bound_to: str | None, proof: Proof | None, *, hint: str) -> None:
    """Refuse what is bound to a key where another one is proven, or none; ``hint`` says what is bound."""
    if bound_to is None:
        return
    if proof is None:
        raise Refused(causes.DPOP_PROOF_MISSING, hint=hint)
    if not equal(proof.jkt, bound_to):
        raise Refused(causes.DPOP_KEY_DIFFERS, sent=proof.jkt, expected=bound_to, hint=hint)


def check_parameter(sent: str | None) -> None:
    """Refuse a ``dpop_jkt`` that is no thumbprint (:rfc:`9449#section-10`)."""
    if sent is not None and not _THUMBPRINT.fullmatch(sent):
        raise Refused(causes.PARAMETER_MALFORMED, parameter=PARAMETER)


def bind_pushed_request(request: PortalRequest, settings: "Settings") -> None:
    """Bind a pushed request to the key of its proof, as ``dpop_jkt`` would (:rfc:`9449#section-10.1`).

    Once its client is proven. The parameter ``dpop_jkt`` is set; one that was sent must be the same.
    """
    note_proof(request, settings)
    if request.proof is None:
        return
    jkt, asked = request.proof.jkt, request.parameters.get(PARAMETER)
    if asked is not None and asked != jkt:
        raise Refused(_DIFFERS_WHERE_PUSHED, sent=jkt, expected=asked)
    take_once(request.transaction(), request.proof)
    request.parameters[PARAMETER] = jkt
