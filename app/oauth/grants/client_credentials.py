"""An app acting for itself, :rfc:`6749#section-4.4`: one SELECT, no row."""

from typing import Any

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant as AuthlibClientCredentialsGrant

from ..scopes import requested_scopes, scopes_without_person
from ..tokens import signing
from .grant import PortalGrant


class ClientCredentialsGrant(PortalGrant, AuthlibClientCredentialsGrant):
    """Tokens without a person: the app's custom scopes only, and no refresh token."""

    def validate_token_request(self) -> None:
        """Refuse public clients and scopes the app may not have."""
        client = self.authenticate_token_endpoint_client()
        if client.is_public:
            raise self.not_enabled(client, hint="public_client")
        allowed = scopes_without_person(client)
        self.scopes = requested_scopes(self.request.form.get("scope"), allowed)

    def generate_token(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The answer for the client itself: ``sub`` is its ``client_id`` (:rfc:`9068#section-2.2`)."""
        client = self.request.client
        alg = signing.algorithm(client.alg, self.settings)
        return self.answer(signing.Subject(sub=client.id, client_id=client.id, alg=alg), self.scopes)
