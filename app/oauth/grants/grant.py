"""What all our grants share: client authentication of our own, and one shape of token answer.

Each grant reads in two steps: ``validate_token_request`` refuses, ``create_token_response`` acts and answers.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from authlib.oauth2.rfc6749.grants import BaseGrant

from ...clients.grants import OFFERED
from ...diagnostics import causes, usage
from .. import requested_claims
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
    id_token_claims: frozenset[str] = frozenset()
    """What the ID token tells although its scopes do not: it was asked for claim by claim."""

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
        acr: str | None = None,
    ) -> signing.Subject:
        """Whom this app's tokens are about, signed as the app asks for it, bound to the key that it proves."""
        client, proof = self.request.client, self.request.proof
        alg = signing.algorithm(client.alg, self.settings)
        jkt = proof.jkt if proof else None
        return signing.Subject(sub, client.id, alg, family_id, counter, auth_time, methods, team, acr, jkt)

    def answer_with_family(
        self,
        subject: signing.Subject,
        *,
        consent_id: str,
        session_id: str | None,
        scope: str,
        declined: str,
        nonce: str | None = None,
        requested_claims: str | None = None,
    ) -> Answer:
        """Begin the family of ``subject`` with what was granted, and answer with its first tokens.

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
            requested_claims=requested_claims,
            # Confidential apps prove who they are whenever they renew, and may change their key then.
            jkt=subject.jkt if self.request.client.is_public else None,
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
            "token_type": "DPoP" if subject.jkt else "Bearer",
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
        told = self.request.proof.headers.items() if self.request.proof else ()
        return 200, token, [*self.TOKEN_RESPONSE_HEADER, *told]

    def _claims(self, user_id: str) -> Claims:
        """What the ID token says of its person: the claims of the granted scopes, which many apps read nowhere else.

        A lean one has of them what was asked for claim by claim.
        """
        client, names = self.request.client, self.id_token_claims
        scopes = () if client.lean_id_tokens else self.scopes
        about = claims.person_claims(self.person, scopes, names, unproven=client.learns_unconfirmed_emails)
        return about | claims.group_claims(user_id, scopes, names)

    def read_requested_claims(self, row: Any) -> str | None:
        """Take up what ``row`` (a code or a family, with its consent) has of claims; return the ``acr`` to tell."""
        kept = requested_claims.read(row.requested_claims)
        self.id_token_claims = kept.in_id_token(self.request.client.scopes, row.consent_scope.split())
        return kept.acr
