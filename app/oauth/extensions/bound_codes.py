"""Codes bound to a key from the start: ``dpop_jkt``, :rfc:`9449#section-10`."""

from typing import Any

from ..dpop import presented


class BoundCode:
    """Checks the thumbprint when a code is asked for; when it is redeemed, the grant checks the proof itself."""

    def __call__(self, grant: Any) -> None:
        """Let ``grant`` ask once Authlib knows where the answer goes."""
        grant.register_hook("after_validate_authorization_request_payload", self.validate_thumbprint)

    def validate_thumbprint(self, grant: Any, redirect_uri: str) -> None:
        """Refuse what is no thumbprint of a key."""
        presented.check_parameter(grant.request.payload.data.get(presented.PARAMETER))
