"""The authorization code grant, :rfc:`6749#section-4.1`."""

from datetime import timedelta
from typing import Any

from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant as AuthlibAuthorizationCodeGrant
from sqlalchemy import Row, bindparam, insert, update

from ...clock import now
from ...crypto import digest, new_secret
from ...database.rows import new_id
from ...diagnostics import causes, redirect_uri_doctor, request_log, usage
from .. import wishes
from ..client_lookup import find_client_and_code
from ..client_rows import ClientRow
from ..extensions import code_verifiers
from ..models import AuthorizationCode, TokenFamily
from ..refusals import Refused
from ..requests import PortalRequest
from ..scopes import remaining_scopes, requested_scopes
from ..tokens import families, id_token_hints, signing
from .grant import PortalGrant
from .persons import refuse_absent_person
from .redeemable_code import RedeemableCode

PREFIX = "pf_code_"
TOMBSTONE = timedelta(days=1)  # how long a redeemed code is remembered to recognise a replay

_REDEEM = (
    update(AuthorizationCode.__table__)
    .where(
        AuthorizationCode.id == bindparam("code"),
        AuthorizationCode.redeemed_at.is_(None),
        AuthorizationCode.expires_at > bindparam("moment"),
    )
    .values(redeemed_at=bindparam("moment"))
)


class AuthorizationCodeGrant(PortalGrant, AuthlibAuthorizationCodeGrant):
    """Codes that work once: redeeming is a conditional UPDATE, and a second try ends what the first one got."""

    @staticmethod
    def validate_authorization_redirect_uri(request: PortalRequest, client: ClientRow) -> str:
        """Where the answer goes: an exact registered URI; anything else is never redirected to."""
        sent = request.payload.redirect_uri or client.get_default_redirect_uri()
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
        self.wishes = wishes.read(self.request.parameters)
        client_id = self.request.client.id
        request_log.about(client_id=client_id)
        hint = self.request.parameters.get("id_token_hint")
        self.named = id_token_hints.named_person(hint, client_id, self.settings.issuer) if hint else None
        self.scopes = requested_scopes(self.request.payload.scope, self.request.client.scopes)

    def save_authorization_code(self, code: str, request: PortalRequest) -> None:
        """Keep the digest of ``code`` with all it stands for."""
        moment = now()
        consent, parameters = request.credential, request.payload.data
        values = {
            "id": new_id(),
            "code_digest": digest(code),
            "client_id": request.client.id,
            "user_id": request.user.id,
            "consent_id": consent.id,
            "session_id": request.user.browser_session.id,
            "redirect_uri": self.redirect_uri,
            "redirect_uri_sent": bool(request.payload.redirect_uri),
            "scope": " ".join(request.granted_scopes),
            "nonce": parameters.get("nonce"),
            "code_challenge": parameters.get("code_challenge"),
            "auth_time": request.user.browser_session.authenticated_at,
            "created_at": moment,
            "expires_at": moment + timedelta(seconds=self.settings.authorization_code_ttl),
            "family_id": new_id(),
            "keep_until": moment + timedelta(seconds=self.settings.authorization_code_ttl) + TOMBSTONE,
        }
        request.transaction().execute(insert(AuthorizationCode.__table__), values)

    def generate_authorization_code(self) -> str:
        """A fresh code."""
        return new_secret(PREFIX)

    def validate_token_request(self) -> Any:
        """Authlib's walk, with client and code found in one SELECT."""
        code = self.required("code")
        self.request.find_client = lambda client_id: self._find(client_id, code)
        return super().validate_token_request()

    def query_authorization_code(self, code: str, client: ClientRow) -> Any:
        """The code's row, if it may still be redeemed by this client."""
        row = self.code
        if row is None:
            raise Refused(causes.CODE_UNKNOWN, length=len(code))
        if row.client_id != client.id:
            raise Refused(causes.CODE_OF_OTHER_CLIENT)
        request_log.about(user_id=row.user_id)
        if row.redeemed_at is not None:
            raise self._replayed(row)
        if row.expires_at <= now():
            raise Refused(
                causes.CODE_EXPIRED,
                issued_at=row.created_at,
                used_at=now(),
                lifetime=self.settings.authorization_code_ttl,
            )
        self._check_redirect_uri(row)
        return RedeemableCode(row)

    def authenticate_user(self, authorization_code: RedeemableCode) -> Any:
        """The person of the code; redeems it, so that what follows happens once."""
        row = authorization_code.row
        refuse_absent_person(row)
        allowed = self.request.client.scopes, row.consent_scope.split()
        self.scopes = remaining_scopes(row.scope.split(), *allowed)
        taken = self.request.transaction().execute(_REDEEM, {"code": row.id, "moment": now()})
        if taken.rowcount != 1:
            raise self._replayed(row)
        return row

    def generate_token(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The answer, and the family it founds."""
        row, client = self.code, self.request.client
        assert row is not None
        subject = signing.Subject(
            sub=row.user_id,
            client_id=client.id,
            alg=signing.algorithm(client.alg, self.settings),
            family_id=row.family_id,
            auth_time=row.auth_time,
        )
        seed = self._found_family(row, client)
        usage.consent_used(row.consent_id)
        extra = {}
        if client.check_grant_type("refresh_token"):
            extra["refresh_token"] = families.refresh_token(row.family_id, 0, seed)
        token = self.answer(subject, self.scopes, **extra)
        if "openid" in self.scopes:
            token["id_token"] = signing.id_token(subject, token["access_token"], row.nonce, self.settings)
        return token

    def delete_authorization_code(self, authorization_code: Any) -> None:
        """Nothing: the redeemed row stays as a tombstone."""

    def _found_family(self, row: Row[Any], client: ClientRow) -> bytes:
        settings, with_refresh = self.settings, client.check_grant_type("refresh_token")
        return families.found_family(
            self.request.transaction(),
            lifetime=settings.refresh_token_ttl if with_refresh else settings.access_token_ttl,
            id=row.family_id,
            client_id=client.id,
            user_id=row.user_id,
            consent_id=row.consent_id,
            session_id=row.session_id,
            scope=row.scope,
            auth_time=row.auth_time,
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

    def _replayed(self, row: Row[Any]) -> Refused:
        """The refusal of a second use; ends what the first one got, if it is the app that comes again.

        Anybody may have overheard the code of a public app, whom nothing but the verifier proves.
        """
        seconds = int((now() - row.redeemed_at).total_seconds()) if row.redeemed_at else 0
        verifier = self.request.form.get("code_verifier")
        if self.request.client.is_public and not code_verifiers.belongs(verifier, row.code_challenge):
            return Refused(causes.CODE_REPLAY_UNPROVEN, seconds=seconds)
        families.end_families(
            self.request.transaction(), TokenFamily.id == row.family_id, because=causes.CODE_REPLAYED
        )
        return Refused(causes.CODE_REPLAYED, seconds=seconds)
