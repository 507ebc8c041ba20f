"""An OAuth request as Authlib's grants read it, with bad input refused before they see it."""

from collections.abc import Callable, Mapping
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from sqlalchemy import Connection
from werkzeug.datastructures import Headers, MultiDict

from ..diagnostics import causes
from .refusals import Refused
from .transactions import Transaction

LONGEST_PARAMETER = 8000  # characters; long states exist, longer ones are mistakes or attacks
# What the protocol lets be sent once; parameters that nobody here knows are ignored, also repeated ones.
SENT_ONCE = frozenset(
    (
        "acr_values", "claims", "claims_locales", "client_assertion", "client_assertion_type",
        "client_id", "client_secret", "code", "code_challenge", "code_challenge_method", "code_verifier",
        "device_code", "display", "dpop_jkt", "grant_type", "id_token_hint", "login_hint", "logout_hint",
        "max_age", "nonce", "password", "post_logout_redirect_uri", "prompt", "redirect_uri",
        "refresh_token", "request", "request_uri", "response_mode", "response_type", "scope", "state",
        "token", "token_type_hint", "ui_locales", "username",
    )
)  # fmt: skip
_REPLACEMENT = "\ufffd"  # what broken UTF-8 was decoded to


class Payload(OAuth2Payload):
    """The parameters, from the query or from the body, never from both."""

    def __init__(self, parameters: MultiDict[str, str]) -> None:
        self._parameters = parameters

    @property
    def data(self) -> Mapping[str, str]:
        """Each parameter once."""
        return self._parameters

    @property
    def datalist(self) -> dict[str, list[str]]:
        """Each parameter with all its values."""
        return dict(self._parameters.lists())


class PortalRequest(OAuth2Request):
    """A request with well-formed parameters and a transaction, which the edge commits once.

    The constructor of Authlib's class is not called: it refuses plain HTTP by the URL seen here, which
    behind a reverse proxy says nothing; the issuer's scheme is checked when the settings are read.
    """

    def __init__(self, method: str, uri: str, headers: Headers, parameters: MultiDict[str, str]) -> None:
        self.method = method
        self.uri = uri
        self.headers = headers
        self.sent = parameters
        """The parameters as they came, for the log."""
        self.parameters = _with_values(parameters)
        self.payload = Payload(self.parameters)
        self.client: Any = None
        self.auth_method: str | None = None
        self.user: Any = None
        self.credential: Any = None
        self.proof: Any = None
        """The DPoP proof that came along, once it is checked: :class:`app.oauth.dpop.proofs.Proof`."""
        self.find_client: Callable[[str], Any] | None = None
        """How the grant finds the client together with what it presents, in one SELECT."""
        self.validated_redirect_uri: str | None = None
        """Where an authorization error may be sent: known once client and URI were found to belong together."""
        self.is_pushed = False
        """Whether an authorization request is, or was, sent beforehand by its client (:rfc:`9126`)."""
        self.pushed: Any = None
        """What is known of the pushed request, where the browser brought a reference to it."""
        self.granted_scopes: tuple[str, ...] = ()
        self._scope: str | None = None
        self._body = None
        self._transaction = Transaction()
        self.is_proven = False
        """Whether an earlier run of this request has used its client assertion up for good."""

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters again, as the token step of the grants calls them."""
        return self.parameters

    @property
    def args(self) -> Mapping[str, str]:
        """The parameters again, as the authorization step of the grants calls them."""
        return self.parameters

    def begin(self, transaction: Transaction) -> None:
        """Write in ``transaction`` from now on; nothing was written before."""
        self._transaction = transaction

    def transaction(self) -> Connection:
        """Return the one connection this request writes on; the edge commits it."""
        return self._transaction.connection()

    def keep_proof(self) -> None:
        """Commit what proves the client: the ``jti`` of its assertion is used up, whatever becomes of the request.

        For grants that write on other connections later, which would wait for this one. The rest may be run again.
        """
        self.commit()
        self.is_proven = True

    def commit(self) -> None:
        """Make what was written last, if anything was."""
        self._transaction.commit()

    def close(self) -> None:
        """Undo what was not committed, and give the connection back."""
        self._transaction.close()

    def check_form(self, *names: str) -> None:
        """Refuse parameters (all, or those of ``names``) that are broken, or of the protocol and repeated.

        :rfc:`6749#section-3.1`
        """
        for name, values in self.parameters.lists():
            if names and name not in names:
                continue
            if len(values) > 1 and name in SENT_ONCE:
                raise Refused(causes.PARAMETER_REPEATED, parameter=name)
            if any(_is_malformed(text) for text in (name, *values)):
                raise Refused(causes.PARAMETER_MALFORMED, parameter=name)


def _with_values(parameters: MultiDict[str, str]) -> MultiDict[str, str]:
    """Leave out parameters without a value, which count as not sent (:rfc:`6749#section-3.1`)."""
    return MultiDict((name, value) for name, value in parameters.items(multi=True) if value)


def _is_malformed(text: str) -> bool:
    return len(text) > LONGEST_PARAMETER or "\0" in text or _REPLACEMENT in text
