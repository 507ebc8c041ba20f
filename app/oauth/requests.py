"""An OAuth request as Authlib's grants read it, with bad input refused before they see it."""

from collections.abc import Callable, Mapping
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from werkzeug.datastructures import Headers, MultiDict

from ..database.rows import db
from ..database.trouble import CommitUncertain, was_undone
from ..diagnostics import causes
from .refusals import Refused

LONGEST_PARAMETER = 8000  # characters; long states exist, longer ones are mistakes or attacks
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
    """A request with well-formed parameters and, opened when first needed, a transaction.

    The constructor of Authlib's class is not called: it refuses plain HTTP by the URL seen here, which
    behind a reverse proxy says nothing; the issuer's scheme is checked when the settings are read.
    """

    def __init__(self, method: str, uri: str, headers: Headers, parameters: MultiDict[str, str]) -> None:
        self.method = method
        self.uri = uri
        self.headers = headers
        self.parameters = parameters
        self.payload = Payload(parameters)
        self.client: Any = None
        self.auth_method: str | None = None
        self.user: Any = None
        self.credential: Any = None
        self.find_client: Callable[[str], Any] | None = None
        """How the grant finds the client together with what it presents, in one SELECT."""
        self.validated_redirect_uri: str | None = None
        """Where an authorization error may be sent: known once client and URI were found to belong together."""
        self.granted_scopes: tuple[str, ...] = ()
        self._scope: str | None = None
        self._body = None
        self._connection: Connection | None = None
        self._owns_connection = True
        self._shares_session = False

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters again, as the token step of the grants calls them."""
        return self.parameters

    @property
    def args(self) -> Mapping[str, str]:
        """The parameters again, as the authorization step of the grants calls them."""
        return self.parameters

    def transaction(self) -> Connection:
        """The one connection this request writes on; the edge commits it."""
        if self._connection is None:
            self._connection = db.session.connection() if self._shares_session else db.engine.connect()
        return self._connection

    def share_session(self) -> None:
        """Write in the session that rules of other features use; the edge commits it like a connection of its own.

        What was written before, a client assertion's id, stays written: two transactions would wait for each other.
        """
        self.commit()
        self.close()
        self._shares_session = True

    def join(self, connection: Connection) -> None:
        """Write on ``connection`` instead, whose owner commits and closes it."""
        self._connection = connection
        self._owns_connection = False

    def commit(self) -> None:
        """Make what was written last, if anything was."""
        written = db.session if self._shares_session else self._connection
        if written is None or not self._owns_connection:
            return
        try:
            written.commit()
        except DBAPIError as error:
            if was_undone(error):
                raise
            raise CommitUncertain from error

    def close(self) -> None:
        """Give the connection back; what was not committed is undone."""
        if self._shares_session:
            db.session.rollback()
        elif self._connection is not None and self._owns_connection:
            self._connection.close()
        self._connection = None

    def check_form(self, *names: str) -> None:
        """Refuse parameters (all, or those of ``names``) that are repeated (:rfc:`6749#section-3.1`) or broken."""
        for name, values in self.parameters.lists():
            if names and name not in names:
                continue
            if len(values) > 1:
                raise Refused(causes.PARAMETER_REPEATED, parameter=name)
            if any(_is_malformed(text) for text in (name, *values)):
                raise Refused(causes.PARAMETER_MALFORMED, parameter=name)


def _is_malformed(text: str) -> bool:
    return len(text) > LONGEST_PARAMETER or "\0" in text or _REPLACEMENT in text
