"""PKCE, :rfc:`7636`: S256 only, demanded where the app's switch says so, no downgrade (:rfc:`9700#section-4.8`)."""

import re
from typing import Any

from authlib.oauth2.rfc7636 import CodeChallenge

from ...diagnostics import causes
from ..refusals import Refused
from . import code_verifiers

_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")  # base64url of 32 bytes, without padding


class ProofKey(CodeChallenge):
    """Checks the challenge when a code is asked for, and the verifier when it is redeemed."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Demand a challenge where it is required, and S256 wherever there is one."""
        parameters = grant.request.payload.data
        challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
        if not challenge:
            if method or grant.request.client.pkce_required:
                raise Refused(causes.PKCE_REQUIRED)
            return
        if method != "S256":
            raise Refused(causes.PKCE_PLAIN, sent=method or "plain")
        if not _CHALLENGE.fullmatch(challenge):
            raise Refused(causes.CHALLENGE_MALFORMED, length=len(challenge))

    def validate_code_verifier(self, grant: Any, result: Any) -> None:
        """Compare the verifier with the challenge of the code."""
        verifier = grant.request.form.get("code_verifier")
        challenge = grant.request.authorization_code.code_challenge
        if not challenge:
            if verifier:
                raise Refused(causes.VERIFIER_UNEXPECTED)
            return
        if not verifier:
            raise Refused(causes.VERIFIER_MISSING)
        if not code_verifiers.is_well_formed(verifier):
            raise Refused(causes.VERIFIER_MALFORMED, length=len(verifier))
        if not code_verifiers.belongs(verifier, challenge):
            computed = code_verifiers.challenge_of(verifier)
            raise Refused(causes.VERIFIER_WRONG, computed=computed, stored=challenge)
