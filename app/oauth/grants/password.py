"""The person's password in the hands of the app, :rfc:`6749#section-4.3`: only where an administrator allows it.

:rfc:`9700#section-2.4` forbids it to everybody else. What holds at the sign-in page holds here: the same count of
wrong passwords, the same work for names nobody has, one hash at a time.
"""

from authlib.oauth2.rfc6749.grants import ResourceOwnerPasswordCredentialsGrant

from ...audit import EventKind, record
from ...authentication.methods import PASSWORD
from ...authentication.refusals import AccountBlocked, InvalidCredentials, TooManyTries
from ...authentication.second_factors import needs_second_factor
from ...authentication.sign_in import authenticate
from ...clock import now
from ...consents.decisions import find_consent, give_consent
from ...consents.models import Consent
from ...database.rows import new_id
from ...diagnostics import causes, request_log
from ...users.models import User
from ...users.passwords import HashingBusy
from ..refusals import Refused
from ..scopes import requested_scopes
from ..transactions import SessionTransaction
from .grant import Answer, PortalGrant
from .persons import refuse_outsider


class PasswordGrant(PortalGrant, ResourceOwnerPasswordCredentialsGrant):
    """Tokens for a username and a password; each time the person appears as having connected the app."""

    TRANSACTION = SessionTransaction

    def validate_token_request(self) -> None:
        """Refuse public clients, whose ID anybody may guess passwords with, then wrong passwords."""
        client = self.authenticate_token_endpoint_client()
        if client.is_public:
            raise self.not_enabled(client, hint="public_client")
        if client.second_factor_required:
            raise Refused(causes.PASSWORD_WITHOUT_SECOND_FACTOR)
        username, password = self.required("username"), self.required("password")
        self.scopes = requested_scopes(self.request.form.get("scope"), client.scopes)
        self.request.keep_proof()  # wrong passwords are counted on another connection
        self.request.user = _sign_in(username, password)
        refuse_outsider(client, self.request.user.id)

    def create_token_response(self) -> Answer:
        """Record consent and sign-in, and answer with the first tokens of a new family."""
        user, client = self.request.user, self.request.client
        self.person = user
        consent = self._consented(user)
        record(EventKind.SIGNED_IN_BY_APP, user.id, user.id, client_id=client.id, app=client.name)
        subject = self.subject(user.id, family_id=new_id(), auth_time=now(), methods=PASSWORD)
        granted = " ".join(self.scopes)
        return self.answer_with_family(
            subject, consent_id=consent.id, session_id=None, scope=granted, declined=consent.declined
        )

    def _consented(self, user: User) -> Consent:
        """The person's consent, now with the scopes asked for; what they once declined stays declined."""
        client = self.request.client
        standing = find_consent(user.id, client.id)
        declined = standing.declined.split() if standing else []
        asked, self.scopes = self.scopes, tuple(name for name in self.scopes if name not in declined)
        if asked and not self.scopes:
            raise Refused(causes.USER_DECLINED)
        return give_consent(user.id, client.id, self.scopes)


def _sign_in(username: str, password: str) -> User:
    """The person, or a :class:`Refused` that tells only the app's owner what was wrong."""
    try:
        user = authenticate(username, password, address=None)
    except TooManyTries as wait:
        raise Refused(causes.SIGN_IN_PAUSED, retry_after=wait.retry_after) from None
    except AccountBlocked:
        raise Refused(causes.ACCOUNT_BLOCKED) from None
    except InvalidCredentials:
        raise Refused(causes.CREDENTIALS_WRONG) from None
    except HashingBusy as busy:
        raise Refused(causes.PORTAL_TROUBLE, retry_after=busy.retry_after) from None
    request_log.attribute_to(user_id=user.id)
    if needs_second_factor(user):
        raise Refused(causes.SECOND_FACTOR_NEEDED)
    return user
