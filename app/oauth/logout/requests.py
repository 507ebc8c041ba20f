"""A request to sign a person out, checked before anything ends: OpenID Connect RP-Initiated Logout section 2."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from ...diagnostics import causes, redirect_uri_doctor, request_log
from ...diagnostics.client_id_hints import find_hint
from ...extensions import settings
from ...uris import read_uri
from ..authorization.responses import with_parameters
from ..client_lookup import find_client
from ..client_rows import ClientRow
from ..refusals import Refused
from ..requests import PortalRequest
from ..tokens.id_token_hints import SessionHint, named_session


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """What an app asks for, or the person alone; everything in it was checked."""

    parameters: MultiDict[str, str] = field(default_factory=MultiDict)
    client: ClientRow | None = None
    hint: SessionHint | None = None
    redirect_uri: str | None = None
    """Where the app wants the person to go then: a registered address."""

    @property
    def query(self) -> str:
        """The query that says the same again, in whatever language it is read."""
        said = [(name, value) for name, value in self.parameters.items(multi=True) if name != "locale"]
        return urlencode(said)

    @property
    def location(self) -> str | None:
        """Where the person goes then, with the state as it came."""
        state = self.parameters.get("state")
        if self.redirect_uri is None or state is None:
            return self.redirect_uri
        return with_parameters(self.redirect_uri, {"state": state})


def read(asked: PortalRequest) -> LogoutRequest:
    """What the parameters of ``asked`` say. Raises :class:`Refused` where they cannot be followed whole."""
    asked.check_form()
    parameters = asked.parameters
    hint_sent, client_id = parameters.get("id_token_hint"), parameters.get("client_id")
    hint = named_session(hint_sent, settings.issuer) if hint_sent else None
    if hint and client_id and client_id not in hint.audience:
        raise Refused(causes.LOGOUT_HINT_FOREIGN, reason="of_other_app")
    client = _find_client(client_id or (hint.audience[0] if hint else None))
    redirect_uri = parameters.get("post_logout_redirect_uri")
    if redirect_uri:
        _check_redirect_uri(redirect_uri, client)
    return LogoutRequest(parameters, client, hint, redirect_uri)


def _find_client(client_id: str | None) -> ClientRow | None:
    if client_id is None:
        return None
    client = find_client(client_id)
    if client is None:
        raise Refused(causes.CLIENT_UNKNOWN, sent=client_id, hint=find_hint(client_id))
    request_log.attribute_to(client_id=client.id)
    if client.disabled_at is not None:
        raise Refused(causes.APP_DISABLED, disabled_by=client.disabled_by, disabled_at=client.disabled_at)
    return client


def _check_redirect_uri(sent: str, client: ClientRow | None) -> None:
    """Refuse an address that is not registered to the letter; the port of a loopback address counts, too."""
    if client is None:
        raise Refused(causes.LOGOUT_APP_UNNAMED)
    registered = client.post_logout_redirect_uris
    if sent in registered and read_uri(sent) is not None:
        return
    facts = redirect_uri_doctor.facts(sent, registered)
    if not registered:
        facts = dict(facts, hint="none_registered_for_logout")
    raise Refused(causes.POST_LOGOUT_REDIRECT_URI_UNREGISTERED, **facts)
