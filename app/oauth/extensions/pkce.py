"""PKCE, :rfc:`7636`: S256 only, demanded where the app's switch says so, no downgrade (:rfc:`9700#section-4.8`)."""

import re
from typing import Any

from ...diagnostics import causes
from ..refusals import Refused

_CHALLENGE = re.compile(r"[A-Za-z0-9\-_]{43}")  # base64url of 32 bytes, without padding


class ProofKey:
    """Checks the challenge when a code is asked for; when it is redeemed, the grant checks the verifier itself."""

    def __call__(self, grant: Any) -> None:
        """Let ``grant`` ask once Authlib knows where the answer goes."""
        grant.register_hook("after_validate_authorization_request_payload", self.validate_code_challenge)

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Demand a challenge where it is required, and S256 wherever there is one."""
        parameters = grant.request.payload.data
        challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
        if not challenge:
            if grant.request.client.pkce_required:
                raise Refused(causes.PKCE_REQUIRED)
            if method:
                raise Refused(causes.CHALLENGE_MISSING, sent=method[:100])
            return
        if method != "S256":
            raise Refused(causes.PKCE_PLAIN, sent=method or "plain")
        if not _CHALLENGE.fullmatch(challenge):
            raise Refused(causes.CHALLENGE_MALFORMED, length=len(challenge))
