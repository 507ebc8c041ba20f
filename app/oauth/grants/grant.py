"""What all our grants share: client authentication of our own, and one shape of token answer."""

from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749.grants import BaseGrant

from ...diagnostics import causes
from ..client_authentication.methods import METHODS
from ..client_rows import ClientRow
from ..refusals import Refused
from ..requests import PortalRequest
from ..tokens import signing
from ..transactions import Transaction

if TYPE_CHECKING:
    from config import Settings


class PortalGrant(BaseGrant):
    """A grant whose client is found, proven and allowed before Authlib goes on."""

    TOKEN_ENDPOINT_AUTH_METHODS = METHODS
    TRANSACTION: type[Transaction] = Transaction
    request: PortalRequest

    @property
    def settings(self) -> "Settings":
        """The portal's settings, as the server carries them."""
        settings: Settings = self.server.settings
        return settings

    def authenticate_token_endpoint_client(self) -> ClientRow:
        """The client, proven, and with this grant switched on."""
        client: ClientRow = self.server.authenticate_client(self.request, METHODS)
        if not client.check_grant_type(self.GRANT_TYPE):
            raise self.not_enabled(client)
        self.request.client = client
        return client

    def not_enabled(self, client: ClientRow, **hint: str) -> Refused:
        """The refusal of a grant that this client may not use."""
        enabled = sorted(client.grant_types)
        return Refused(causes.GRANT_NOT_ENABLED, sent=self.GRANT_TYPE, enabled=enabled, **hint)

    def required(self, parameter: str) -> str:
        """The value of ``parameter``; a request without it is refused before anything is looked up."""
        value = self.request.form.get(parameter)
        if not value:
            raise Refused(causes.PARAMETER_MISSING, parameter=parameter)
        return value

    def answer(self, subject: signing.Subject, scopes: tuple[str, ...], **extra: str) -> dict[str, Any]:
        """The token answer of :rfc:`6749#section-5.1`: an access token of ``scopes`` and what is ``extra``."""
        token = {
            "access_token": signing.access_token(subject, scopes, self.settings),
            "token_type": "Bearer",
            "expires_in": self.settings.access_token_ttl,
            **extra,
        }
        if scopes:
            token["scope"] = " ".join(scopes)
        return token

    def save_token(self, token: dict[str, Any]) -> None:
        """Nothing: an access token is stored nowhere, and the family's row was written before."""
