"""What all our grants share: client authentication of our own, and one shape of token answer.

Each grant reads in two steps: ``validate_token_request`` refuses, ``create_token_response`` acts and answers.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749.grants import BaseGrant

from ...clients.grants import OFFERED
from ...diagnostics import causes, usage
from ..client_rows import ClientRow
from ..refusals import Refused
from ..requests import PortalRequest
from ..tokens import claims, families, signing
from ..tokens.claims import Claims
from ..transactions import Transaction

if TYPE_CHECKING:
    from config import Settings

Answer = tuple[int, dict[str, Any], list[tuple[str, str]]]
"""Status, payload and headers."""


def declines_offline(declined: str) -> bool:
    """Tell whether the person refused "Keep access while you are away", among the scopes they ``declined``."""
    return "offline_access" in declined.split()


class PortalGrant(BaseGrant):
    """A grant whose client is found, proven and allowed before anything else is looked at."""

    TRANSACTION: type[Transaction] = Transaction
    request: PortalRequest
    scopes: tuple[str, ...] = ()
    """What the access token will allow, as far as it is known by now."""
    person: Any = None
    """Whom the tokens are about: anything with the columns of a user."""

    @property
    def settings(self) -> "Settings":
        """The portal's settings, as the server carries them."""
        settings: Settings = self.server.settings
        return settings

    def authenticate_token_endpoint_client(self) -> ClientRow:
        """Prove who the client is and return it; refuse one that has not this grant."""
        client: ClientRow = self.server.authenticate_client(self.request)
        if not client.check_grant_type(self.GRANT_TYPE):
            raise self.not_enabled(client)
        return client

    def not_enabled(self, client: ClientRow, **hint: str) -> Refused:
        """The refusal of a grant that this client may not use."""
        cause = causes.GRANT_NOT_ENABLED if self.GRANT_TYPE in OFFERED else causes.GRANT_RESTRICTED
        return Refused(cause, sent=self.GRANT_TYPE, enabled=sorted(client.grant_types), **hint)

    def required(self, parameter: str) -> str:
        """The value of ``parameter``; a request without it is refused before anything is looked up."""
        value = self.request.form.get(parameter)
        if not value:
            raise Refused(causes.PARAMETER_MISSING, parameter=parameter)
        return value

    def subject(
        self,
        sub: str,
        *,
        family_id: str | None = None,
        counter: int = 0,
        auth_time: datetime | None = None,
        methods: str = "",
        team: signing.Team | None = None,
    ) -> signing.Subject:
        """Whom this app's tokens are about, signed as the app asks for it."""
        client = self.request.client
        alg = signing.algorithm(client.alg, self.settings)
        return signing.Subject(sub, client.id, alg, family_id, counter, auth_time, methods, team)

    def answer_with_family(
        self,
        subject: signing.Subject,
        *,
        consent_id: str,
        session_id: str | None,
        scope: str,
        declined: str,
        nonce: str | None = None,
    ) -> Answer:
        """Begin the family of ``subject`` with the ``scope`` that was granted, and answer with its first tokens.

        No refresh token is among them where the person ``declined`` that the app acts while they are away.
        """
        settings = self.settings
        renewable = self.request.client.check_grant_type("refresh_token") and not declines_offline(declined)
        longest = min(settings.refresh_token_ttl, settings.refresh_token_max_ttl)
        seed = families.begin_family(
            self.request.transaction(),
            subject,
            consent_id=consent_id,
            session_id=session_id,
            scope=scope,
            lifetime=longest if renewable else settings.access_token_ttl,
        )
        usage.consent_used(consent_id)
        if not renewable:
            return self.answer(subject, nonce=nonce, session_id=session_id)
        refresh_token = families.refresh_token(str(subject.family_id), 0, seed)
        return self.answer(subject, nonce=nonce, session_id=session_id, refresh_token=refresh_token)

    def answer(
        self,
        subject: signing.Subject,
        *,
        nonce: str | None = None,
        session_id: str | None = None,
        **extra: str,
    ) -> Answer:
        """The token answer of :rfc:`6749#section-5.1`: an access token of ``self.scopes`` and what is ``extra``.

        An ID token names the browser's session, if the tokens came of one.
        """
        access_token = signing.access_token(subject, self.scopes, self.settings)
        token: dict[str, Any] = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": self.settings.access_token_ttl,
            **extra,
        }
        if self.scopes:
            token["scope"] = " ".join(self.scopes)
        if "openid" in self.scopes:
            about_person = self._claims(subject.sub)
            token["id_token"] = signing.id_token(
                subject, access_token, nonce, about_person, self.settings, session_id=session_id
            )
        return 200, token, self.TOKEN_RESPONSE_HEADER

    def _claims(self, user_id: str) -> Claims:
        """What the ID token says of its person: the claims of the granted scopes, which many apps read nowhere else."""
        if self.request.client.lean_id_tokens:
            return {}
        unproven = self.request.client.learns_unconfirmed_emails
        about = claims.person_claims(self.person, self.scopes, unproven=unproven)
        return about | claims.group_claims(user_id, self.scopes)
