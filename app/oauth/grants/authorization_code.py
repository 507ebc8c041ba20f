"""The authorization code grant, :rfc:`6749#section-4.1`."""

from typing import Any

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant as AuthlibAuthorizationCodeGrant
from sqlalchemy import Row

from ...audit import EventKind
from ...authentication.methods import ACR_VALUES, known_acr_values
from ...clock import now
from ...diagnostics import causes, redirect_uri_doctor, request_log
from .. import wishes
from ..client_lookup import find_client_and_code
from ..client_rows import ClientRow
from ..dpop.presented import PARAMETER, check_key
from ..extensions import code_verifiers
from ..refusals import Refused
from ..requests import PortalRequest
from ..scopes import remaining_scopes, requested_scopes
from ..tokens import codes, families, id_token_hints
from .claims_requests import ClaimsRequests
from .grant import Answer, PortalGrant
from .persons import refuse_absent_person, refuse_outsider, refuse_single_factor, team_of


class AuthorizationCodeGrant(ClaimsRequests, PortalGrant, AuthlibAuthorizationCodeGrant):
    """Codes that work once: redeeming is a conditional UPDATE, and a second try ends what the first one got."""

    named_team: str | None = None
    """The team that this ID token is for."""

    @staticmethod
    def validate_authorization_redirect_uri(request: PortalRequest, client: ClientRow) -> str:
        """Where the answer goes: an exact registered URI; anything else is never redirected to."""
        named = request.payload.redirect_uri
        if not named and "openid" in (request.payload.scope or "").split():
            raise Refused(causes.REDIRECT_URI_MISSING_WITH_OPENID, registered=list(client.redirect_uris))
        sent = named or client.get_default_redirect_uri()
        if not sent:
            raise Refused(causes.REDIRECT_URI_MISSING, registered=list(client.redirect_uris))
        if not client.check_redirect_uri(sent):
            raise Refused(
                causes.REDIRECT_URI_UNREGISTERED, **redirect_uri_doctor.facts(sent, client.redirect_uris)
            )
        request.validated_redirect_uri = sent
        return str(sent)

    @staticmethod
    def validate_no_multiple_request_parameter(request: PortalRequest) -> None:
        """Repeated parameters: first those that decide where an answer goes, the others once that is known."""
        request.check_form("client_id", "redirect_uri")

    def validate_requested_scope(self) -> None:
        """Refuse broken parameters, those we do not support, and scopes the app may not ask for."""
        self.request.check_form()
        self._refuse_unpushed()
        self.wishes = wishes.read(self.request.parameters, self.settings.registration)
        client_id = self.request.client.id
        request_log.attribute_to(client_id=client_id)
        self._remark_unknown_acr()
        hint = self.request.parameters.get("id_token_hint")
        if hint:
            issuer = self.settings.issuer
            self.named, self.named_team = id_token_hints.named_person(hint, client_id, issuer)
        self.scopes = requested_scopes(self.request.payload.scope, self.request.client.scopes)
        self.add_claims()

    def _refuse_unpushed(self) -> None:
        is_required = self.request.client.par_required or self.settings.pushed_requests == "required"
        if is_required and not self.request.is_pushed:
            raise Refused(causes.PAR_REQUIRED, endpoint=f"{self.settings.issuer}/oauth/par")

    def _remark_unknown_acr(self) -> None:
        """Remark that a wish has no effect: ``acr_values`` are voluntary, OpenID Connect Core section 3.1.2.1."""
        asked = self.wishes.acr_values
        if asked and not known_acr_values(asked):
            request_log.remark(causes.ACR_UNKNOWN, sent=" ".join(asked)[:200], supported=list(ACR_VALUES))

    def save_authorization_code(self, code: str, request: PortalRequest) -> None:
        """Keep the digest of ``code`` with all it stands for."""
        consent, session, parameters = request.credential, request.user.browser_session, request.payload.data
        codes.insert_code(
            request.transaction(),
            code,
            lifetime=self.settings.authorization_code_ttl,
            client_id=request.client.id,
            user_id=request.user.id,
            consent_id=consent.id,
            session_id=session.id,
            redirect_uri=self.redirect_uri,
            redirect_uri_sent=bool(request.payload.redirect_uri),
            scope=" ".join(request.granted_scopes),
            nonce=parameters.get("nonce"),
            code_challenge=parameters.get("code_challenge"),
            dpop_jkt=parameters.get(PARAMETER),
            auth_time=session.authenticated_at,
            methods=session.methods,
            requested_claims=self.granted_claims(consent.scope.split(), session.methods),
        )

    def generate_authorization_code(self) -> str:
        """A fresh code."""
        return codes.new_code()

    def validate_token_request(self) -> None:
        """Find client and code in one SELECT; refuse what is not this client's unused code and its verifier."""
        code = self.required("code")
        self.request.find_client = lambda client_id: self._find(client_id, code)
        client = self.authenticate_token_endpoint_client()
        row = self.code
        if row is None:
            raise Refused(causes.CODE_UNKNOWN, length=len(code))
        if row.client_id != client.id:
            raise Refused(causes.CODE_OF_OTHER_CLIENT)
        request_log.attribute_to(user_id=row.user_id)
        if row.redeemed_at is not None:
            raise self._replayed(row)
        if row.expires_at <= now():
            raise self._expired(row)
        refuse_single_factor(client, row.methods, causes.CODE_WITHOUT_SECOND_FACTOR)
        self._check_redirect_uri(row)
        code_verifiers.check_verifier(self.request.form.get("code_verifier"), row.code_challenge)
        check_key(row.dpop_jkt, self.request.proof, hint="dpop_code")

    def create_token_response(self) -> Answer:
        """Redeem the code, so that what follows happens once, and answer with the first tokens of its family."""
        row = self.code
        assert row is not None
        refuse_absent_person(row)
        refuse_outsider(self.request.client, row.user_id)
        self.person = row
        allowed = self.request.client.scopes, row.consent_scope.split()
        self.scopes = remaining_scopes(row.scope.split(), *allowed)
        if not codes.redeem_code(self.request.transaction(), row.id):
            raise self._not_redeemed(row)
        return self.answer_with_family(
            self.subject(
                row.user_id,
                family_id=row.family_id,
                auth_time=row.auth_time,
                methods=row.methods,
                team=team_of(row),
                acr=self.read_requested_claims(row),
            ),
            consent_id=row.consent_id,
            session_id=row.session_id,
            scope=row.scope,
            declined=row.consent_declined,
            nonce=row.nonce,
            requested_claims=row.requested_claims,
        )

    def _find(self, client_id: str, code: str) -> ClientRow | None:
        client, self.code = find_client_and_code(client_id, code)
        return client

    def _check_redirect_uri(self, row: Row[Any]) -> None:
        """Refuse another URI than that of the authorization request; tolerate its omission, with a remark.

        The code is bound by client authentication or PKCE all the same, and the URI was a registered one.
        """
        sent = self.request.form.get("redirect_uri")
        if sent and sent != row.redirect_uri:
            raise Refused(causes.REDIRECT_URI_DIFFERS, sent=sent, expected=row.redirect_uri)
        if not sent and row.redirect_uri_sent:
            request_log.remark(causes.REDIRECT_URI_OMITTED, expected=row.redirect_uri)

    def _not_redeemed(self, row: Row[Any]) -> Refused:
        """Return why the code could not be redeemed though it was good when it was read."""
        if codes.is_redeemed(self.request.transaction(), row.id):
            return self._replayed(row)
        return self._expired(row) if row.expires_at <= now() else Refused(causes.CODE_SESSION_ENDED)

    def _expired(self, row: Row[Any]) -> Refused:
        lifetime = self.settings.authorization_code_ttl
        return Refused(causes.CODE_EXPIRED, issued_at=row.created_at, used_at=now(), lifetime=lifetime)

    def _replayed(self, row: Row[Any]) -> Refused:
        """End what the first use got, if it is the app that comes again, and return the refusal of the second.

        Anybody may have overheard the code of a public app, whom nothing but the verifier proves.
        """
        seconds = int((now() - row.redeemed_at).total_seconds()) if row.redeemed_at else 0
        verifier = self.request.form.get("code_verifier")
        if self.request.client.is_public and not code_verifiers.belongs(verifier, row.code_challenge):
            return Refused(causes.CODE_REPLAY_UNPROVEN, seconds=seconds)
        families.end_family(
            self.request.transaction(),
            row.family_id,
            EventKind.TOKENS_REPLAYED,
            user_id=row.user_id,
            client=self.request.client,
            because=causes.CODE_REPLAYED,
        )
        return Refused(causes.CODE_REPLAYED, seconds=seconds)
