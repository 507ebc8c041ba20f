"""How the authorization server says no: one exception, one cause."""

from typing import Any

from authlib.oauth2 import OAuth2Error

from ..diagnostics.causes import Cause


class Refused(OAuth2Error):
    """A request that is refused for ``cause``; ``facts`` tell the app's owner what was seen.

    With ``redirect_uri`` the answer goes there (:rfc:`6749#section-4.1.2.1`), else to whoever asked.
    """

    def __init__(self, cause: Cause, *, redirect_uri: str | None = None, **facts: Any) -> None:
        super().__init__(
            error=cause.error, description=cause.public, status_code=cause.status, redirect_uri=redirect_uri
        )
        self.cause = cause
        self.facts = facts

    def public_for(self, grant_type: str | None = None) -> str:
        """What the app is told."""
        return self.cause.public_for(grant_type, self.facts)


class NextKeyTooNew(Exception):
    """Caches may not know the next key yet; ``wait`` says in how many seconds all of them do."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"the next key may sign in {wait} seconds")
        self.wait = wait
