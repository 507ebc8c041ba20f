"""The edge of the authorization endpoint and of the consent page: validate, see where it stands, answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from flask import Response, g, request
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from ...authentication import current_session
from ...authentication.kept_cookies import key_of
from ...clients.group_limits import is_outside
from ...clients.redirect_uris import is_loopback, leads_to_a_device
from ...consents.models import Consent
from ...database.rows import db
from ...diagnostics import causes, request_log
from ...extensions import settings
from ..client_rows import ClientRow
from ..grants.authorization_code import AuthorizationCodeGrant
from ..refusals import Refused
from ..requests import PortalRequest
from ..server import server
from ..tokens.claims import holds_back
from ..transactions import SessionTransaction
from ..wire import attribution
from ..wishes import Wishes
from . import accounts, pending, pushed, reach, responses, used_apps, which_team
from .interaction import Situation
from .which_team import ForWhom


@dataclass
class Authorization:
    """A valid authorization request, the person before it, and what was decided earlier."""

    asked: PortalRequest
    grant: AuthorizationCodeGrant
    url: str
    for_whom: ForWhom
    account_unclear: bool
    """Whether several accounts are signed in and the person must say which one to use."""

    @property
    def client(self) -> ClientRow:
        """The app that asks."""
        client: ClientRow = self.asked.client
        return client

    @property
    def query(self) -> str:
        """What says this request once more in the address of a page's form."""
        if self.asked.pushed:
            return self.url.partition("?")[2]
        return urlencode(list(self.asked.parameters.items(multi=True)))

    @property
    def wishes(self) -> Wishes:
        """How the app wants it treated."""
        return self.grant.wishes

    @property
    def scopes(self) -> tuple[str, ...]:
        """What it asks for."""
        return self.grant.scopes

    @property
    def consent(self) -> Consent | None:
        """What the person allows it, for whom this request is."""
        return self.for_whom.consent

    @property
    def missing(self) -> tuple[str, ...]:
        """What it asks for and the person has never decided upon, as far as it is clear for whom it is."""
        return () if self.for_whom.is_unclear else which_team.missing(self.scopes, self.consent)

    @property
    def is_unverified_native_app(self) -> bool:
        """A public app whose answer goes to a program on the device (:rfc:`8252#section-8.6`): nothing proves it is the app.

        A portal on loopback like the app is its developer's own, where the question would only be in the way.
        """
        uri = self.asked.validated_redirect_uri or ""
        both_at_home = is_loopback(uri) and is_loopback(settings.issuer)
        return self.asked.client.is_public and leads_to_a_device(uri) and not both_at_home

    def situation(self) -> Situation:
        """Where it stands, for the table of interactions."""
        signed_in = current_user.is_authenticated
        session = current_user.browser_session if signed_in else None
        return Situation(
            wishes=self.wishes,
            signed_in=signed_in,
            auth_time=session.authenticated_at if session else None,
            sent_to_sign_in=pending.sent_to_sign_in(self.url),
            account_chosen=signed_in and pending.account_chosen(self.url) == key_of(current_user.id),
            account_unclear=self.account_unclear,
            missing=self.missing,
            has_consent=self.consent is not None,
            has_any_consent=bool(self.for_whom.consents),
            team_unclear=self.for_whom.is_unclear or self.for_whom.is_asked_anew,
            is_unverified_native_app=self.is_unverified_native_app,
            is_full=signed_in
            and not self.for_whom.consents
            and reach.is_full(self.asked.client, current_user.id),
            is_outside_groups=signed_in and is_outside(self.asked.client, current_user.id),
            requires_second_factor=self.asked.client.second_factor_required,
            second_factor_at=session.second_factor_at if session else None,
            methods=session.methods if session else "",
            has_passkey=signed_in and current_user.passkey_at is not None,
            asked_for_stronger=pending.asked_for_stronger(self.url),
            another_named=signed_in and not self.grant.expects(current_user.id),
        )

    def answer(self, given: Consent | None = None) -> Response:
        """Issue a code for what the person allows (``given`` just now, or before), and send it to the app."""
        consent = given or self.consent
        assert consent is not None
        asked = self.asked
        pushed.answer(asked)
        allowed = consent.scope.split()
        granted = tuple(name for name in self.scopes if name in allowed)
        if not asked.client.learns_unconfirmed_emails and holds_back(current_user, granted):
            request_log.remark(causes.EMAIL_UNCONFIRMED)
        asked.granted_scopes = tuple(name for name in granted if name not in self.grant.only_for_claims)
        asked.credential = consent
        asked.user = current_user
        code = self.grant.generate_authorization_code()
        self.grant.redirect_uri = asked.validated_redirect_uri
        self.grant.save_authorization_code(code, asked)
        pending.forget(self.url)
        if not current_session.is_ephemeral():
            used_apps.note(asked.client.id, current_user.id)
        return responses.success(asked, code)


Step = Callable[[Authorization], Any]


def authorizing(name: str, read: Callable[[], MultiDict[str, str]], step: Step) -> Any:
    """Validate the request whose parameters are ``read``, whoever sends it, and return the response of ``step`` to it.

    Commits once; a refusal goes to the app where it may, else to the person on a page. ``name`` is the
    endpoint in the log.
    """
    request_log.begin(name)
    asked: PortalRequest | None = None
    try:
        parameters = read()
        request_log.begin(name, parameters.items(multi=True))
        asked = pushed.resolve(PortalRequest(request.method, request.path, request.headers, parameters))
        if asked.pushed:
            request_log.begin(name, asked.sent.items(multi=True))
            g.ui_locales = asked.parameters.get("ui_locales")
        asked.begin(SessionTransaction())
        response = step(_validated(asked))
        pushed.keep(asked)
        db.session.commit()
    except OAuth2Error as error:
        refusal = (
            error if isinstance(error, Refused) else Refused(causes.PARAMETER_MALFORMED, parameter="request")
        )
        db.session.rollback()
        refusal = pushed.answer_by(refusal, asked)
        db.session.commit()
        attribution.attribute(refusal.cause)
        if current_user.is_authenticated:  # who tried may read why, of an app that is nobody's
            request_log.attribute_to(user_id=current_user.id)
        as_error = refusal.cause.at_authorization and refusal.cause.at_authorization[0]
        request_log.refused(refusal.cause, as_error, **refusal.facts)
        response = responses.failure(asked, refusal)
    request_log.finish(getattr(response, "status_code", 200))
    return response


def _remark_what_protects(asked: PortalRequest, grant: AuthorizationCodeGrant) -> None:
    """Remark that nothing ties the answer to this browser, where PKCE does not (:rfc:`9700#section-2.1.1`)."""
    if asked.parameters.get("code_challenge"):
        return
    if not asked.parameters.get("state"):
        request_log.remark(causes.STATE_MISSING)
    if "openid" in grant.scopes and not asked.parameters.get("nonce"):
        request_log.remark(causes.NONCE_MISSING)


def _validated(asked: PortalRequest) -> Authorization:
    grant = server().validate_authorization(asked)
    _remark_what_protects(asked, grant)
    address = asked.pushed.address if asked.pushed else asked.parameters
    url = pending.authorize_url(address.items(multi=True))
    is_clear = accounts.take_account(grant, url)
    user_id = current_user.id if current_user.is_authenticated else None
    if user_id is not None:
        request_log.attribute_to(user_id=user_id)
    for_whom = which_team.read(grant, url, user_id)
    return Authorization(asked, grant, url, for_whom, account_unclear=not is_clear)
