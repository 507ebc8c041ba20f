"""The table of the authorization server: its grants, their extensions, how clients prove themselves."""

from collections.abc import Callable
from copy import copy
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749 import AuthorizationServer
from flask import Response, current_app
from flask import json as flask_json

from ..diagnostics import causes, request_log
from ..diagnostics.client_id_hints import find_hint
from .client_authentication.methods import check_credentials, read_credentials
from .client_lookup import find_client
from .client_rows import ClientRow
from .dpop import presented
from .extensions.bound_codes import BoundCode
from .extensions.pkce import ProofKey
from .grants.authorization_code import AuthorizationCodeGrant
from .grants.client_credentials import ClientCredentialsGrant
from .grants.device_code import DeviceCodeGrant
from .grants.password import PasswordGrant
from .grants.refresh_token import RefreshTokenGrant
from .keys import ring
from .refusals import Refused
from .requests import PortalRequest

if TYPE_CHECKING:
    from config import Settings

GRANTS: tuple[tuple[Any, list[Any]], ...] = (
    (AuthorizationCodeGrant, [ProofKey(), BoundCode()]),
    (RefreshTokenGrant, []),
    (ClientCredentialsGrant, []),
    (DeviceCodeGrant, []),
    (PasswordGrant, []),
)
GRANT_TYPES = tuple(grant.GRANT_TYPE for grant, _extensions in GRANTS)
RESPONSE_TYPES = ("code",)


class PortalServer(AuthorizationServer):
    """Authlib's server, asked with requests of ours; what it refuses is raised, the edge answers."""

    def __init__(self, settings: "Settings") -> None:
        super().__init__()
        self.settings = settings
        self.find_client: Callable[[str], ClientRow | None] = find_client
        for grant, extensions in GRANTS:
            self.register_grant(grant, extensions)

    def create_oauth2_request(self, request: PortalRequest) -> PortalRequest:
        """Our requests are Authlib's already."""
        return request

    def create_token_response(self, request: PortalRequest) -> Response:
        """Answer a token request. Raises :class:`Refused`."""
        ring.current().refresh()  # before a transaction holds what the making of first keys would wait for
        grant = self.get_token_grant(request)
        request.begin(grant.TRANSACTION())
        presented.note_proof(request, self.settings)
        grant.validate_token_request()
        presented.use_proof(request)
        return self.handle_response(*grant.create_token_response())

    def get_token_grant(self, request: PortalRequest) -> Any:
        """The grant that is asked for."""
        sent = request.payload.grant_type
        if not sent:
            raise Refused(causes.GRANT_TYPE_MISSING, fields=sorted(request.sent)[:20])
        if sent not in GRANT_TYPES:
            raise _unknown_grant(sent[:100])
        return super().get_token_grant(request)

    def get_authorization_grant(self, request: PortalRequest) -> Any:
        """The grant behind ``response_type``; where that is wrong, the client is told at its redirect URI."""
        sent = request.payload.response_type
        if not request.payload.client_id:
            raise Refused(causes.CLIENT_ID_MISSING, fields=sorted(request.sent)[:20])
        if sent in RESPONSE_TYPES:
            return super().get_authorization_grant(request)
        request.check_form("client_id", "redirect_uri")
        client = self.query_client(request.payload.client_id)
        request.client = client
        redirect_uri = AuthorizationCodeGrant.validate_authorization_redirect_uri(request, client)
        if not sent:
            raise Refused(causes.PARAMETER_MISSING, redirect_uri=redirect_uri, parameter="response_type")
        raise Refused(causes.RESPONSE_TYPE_UNSUPPORTED, redirect_uri=redirect_uri, sent=sent[:100])

    def validate_authorization(self, request: PortalRequest) -> Any:
        """The grant of a valid authorization request. Raises :class:`Refused`."""
        grant = self._knowing(request.client).get_consent_grant(request)
        if not request.client.check_grant_type(grant.GRANT_TYPE):
            raise grant.not_enabled(request.client)
        return grant

    def _knowing(self, client: ClientRow | None) -> "PortalServer":
        """The same server for a request whose client was found before, with what it had pushed or by its credentials."""
        if client is None:
            return self
        same = copy(self)
        same.find_client = lambda _client_id: client
        return same

    def query_client(self, client_id: str | None) -> ClientRow:
        """The client of an authorization request; one that cannot be trusted never redirects."""
        if not client_id:
            raise Refused(causes.CLIENT_ID_MISSING, fields=[])
        client = self.find_client(client_id)
        if client is None:
            raise Refused(causes.CLIENT_UNKNOWN, sent=client_id, hint=find_hint(client_id))
        request_log.attribute_to(client_id=client.id)
        if client.disabled_at is not None:
            raise Refused(causes.APP_DISABLED, disabled_by=client.disabled_by, disabled_at=client.disabled_at)
        return client

    def authenticate_client(self, request: PortalRequest) -> ClientRow:
        """Authenticate the client of the request and return it. Raises :class:`Refused`."""
        presented = read_credentials(request)
        find = request.find_client or find_client
        client = check_credentials(presented, find(presented.client_id), request, self.settings.issuer)
        request.auth_method = presented.method
        request.client = client
        return client

    def handle_response(self, status: int, payload: Any, headers: Any) -> Response:
        """Authlib's triple as Flask's response."""
        body = flask_json.dumps(payload) if isinstance(payload, dict) else payload
        return Response(body, status=status, headers=headers)


def _unknown_grant(sent: str) -> Refused:
    names = {
        name.rpartition(":")[2]: name for name in GRANT_TYPES
    }  # of a URN its end is what people remember
    near = next((names[each] for each in get_close_matches(sent.replace("-", "_"), names, n=1)), None)
    hint = "similar_grant_type" if near else None
    return Refused(causes.GRANT_TYPE_UNKNOWN, sent=sent, hint=hint, nearest=near, supported=list(GRANT_TYPES))


def server() -> PortalServer:
    """This application's authorization server."""
    found: PortalServer = current_app.extensions["authorization_server"]
    return found
