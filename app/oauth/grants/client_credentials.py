"""An app acting for itself, :rfc:`6749#section-4.4`: one SELECT, no row."""

from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant as AuthlibClientCredentialsGrant

from ..scopes import scopes_without_person
from .grant import Answer, PortalGrant


class ClientCredentialsGrant(PortalGrant, AuthlibClientCredentialsGrant):
    """Tokens without a person: the app's custom scopes only, and no refresh token."""

    def validate_token_request(self) -> None:
        """Refuse public clients and scopes the app may not have."""
        client = self.authenticate_token_endpoint_client()
        if client.is_public:
            raise self.not_enabled(client, hint="public_client")
        self.scopes = scopes_without_person(self.request.form.get("scope"), client)

    def create_token_response(self) -> Answer:
        """Answer with a token of the client itself: ``sub`` is its ``client_id`` (:rfc:`9068#section-2.2`)."""
        return self.answer(self.subject(self.request.client.id))
