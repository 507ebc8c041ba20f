"""Signed introspection answers, :rfc:`9701`: whoever keeps one can prove later what the portal said."""

import time
from typing import Any

from . import signing

TYPE = "token-introspection+jwt"
MEDIA_TYPE = f"application/{TYPE}"


def signed_answer(issuer: str, client_id: str, alg: str, answer: dict[str, Any]) -> str:
    """Return ``answer`` as a JWT for the app that asked.

    Neither ``sub`` nor ``exp`` stand beside it, so that nobody takes it for a token (:rfc:`9701#section-5`).
    """
    claims = {"iss": issuer, "aud": client_id, "iat": int(time.time()), "token_introspection": answer}
    return signing.sign(claims, alg, TYPE)
