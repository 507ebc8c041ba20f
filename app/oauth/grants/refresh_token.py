"""A new access token without the person, :rfc:`6749#section-6`: one SELECT, one UPDATE."""

from datetime import datetime, timedelta
from typing import Any

from authlib.oauth2.rfc6749.grants import RefreshTokenGrant as AuthlibRefreshTokenGrant
from sqlalchemy import Row

from ...audit import EventKind
from ...clock import now
from ...diagnostics import causes, request_log, usage
from ..client_lookup import find_client_and_family
from ..client_rows import ClientRow
from ..refusals import Refused
from ..scopes import narrowed_scopes, remaining_scopes
from ..tokens import families
from .grant import Answer, PortalGrant, declines_offline
from .persons import refuse_absent_person, refuse_outsider, refuse_single_factor, team_of


class RefreshTokenGrant(PortalGrant, AuthlibRefreshTokenGrant):
    """Rotating refresh tokens: a retry gets the same successor again, a replay ends the family."""

    def validate_token_request(self) -> None:
        """Find client and family in one SELECT; refuse what is not this client's living token."""
        token = self.required("refresh_token")
        self.parsed = families.parse_refresh_token(token)
        family_id = self.parsed.family_id if self.parsed else ""
        self.request.find_client = lambda client_id: self._find(client_id, family_id)
        client = self.authenticate_token_endpoint_client()
        family = self._living(client)
        asked = narrowed_scopes(self.request.form.get("scope"), tuple(family.scope.split()))
        # What was taken from the app since, or by the person, is not renewed for it.
        self.scopes = remaining_scopes(asked, client.scopes, family.consent_scope.split())

    def create_token_response(self) -> Answer:
        """Advance the family and answer with the tokens of its new generation."""
        family = self.family
        assert family is not None
        counter = self._advance(family)
        self.person = family
        usage.consent_used(family.consent_id)
        subject = self.subject(
            family.user_id,
            family_id=family.id,
            counter=counter,
            auth_time=family.auth_time,
            methods=family.methods,
            team=team_of(family),
        )
        successor = families.refresh_token(family.id, counter, family.seed)
        return self.answer(subject, session_id=family.session_id, refresh_token=successor)

    def _find(self, client_id: str, family_id: str) -> Any:
        client, self.family = find_client_and_family(client_id, family_id)
        return client

    def _living(self, client: ClientRow) -> Row[Any]:
        """Return the family's row; refuse a token that may not be used at all, whatever its generation."""
        family = self.family
        if family is None or self.parsed is None or not families.is_genuine(self.parsed, family.seed):
            raise Refused(causes.REFRESH_UNKNOWN)
        if family.client_id != client.id:
            raise Refused(causes.REFRESH_OF_OTHER_CLIENT)
        request_log.attribute_to(user_id=family.user_id)
        refuse_absent_person(family)
        refuse_outsider(client, family.user_id)
        if family.revoked_at is not None:
            reason, revoked_at = family.revoked_because, family.revoked_at
            raise Refused(causes.REFRESH_REVOKED, reason=reason, revoked_at=revoked_at)
        refuse_single_factor(client, family.methods, causes.REFRESH_WITHOUT_SECOND_FACTOR)
        if declines_offline(family.consent_declined):
            raise Refused(causes.OFFLINE_DECLINED)
        latest = self._latest(family)
        if latest <= now():
            raise Refused(causes.REFRESH_TOO_OLD, authorized_at=family.created_at, ended_at=latest)
        if family.expires_at <= now():
            raise Refused(causes.REFRESH_EXPIRED, expired_at=family.expires_at)
        return family

    def _latest(self, family: Row[Any]) -> datetime:
        """When the family ends, whatever its use."""
        began: datetime = family.created_at
        return began + timedelta(seconds=self.settings.refresh_token_max_ttl)

    def _advance(self, family: Row[Any]) -> int:
        """Advance the family and return its new generation; a retry gets that which the first try got.

        A replay, of a token older than the one just replaced, ends the family.
        """
        assert self.parsed is not None
        presented, counter, rotated_at = self.parsed.counter, family.counter, family.rotated_at
        if presented == counter:
            lifetime, latest = self.settings.refresh_token_ttl, self._latest(family)
            groups_only = self.request.client.groups_only
            transaction = self.request.transaction()
            if families.rotate(transaction, family.id, counter, lifetime, latest, groups_only=groups_only):
                return int(counter) + 1
            self._find(self.request.client.id, family.id)  # somebody was quicker: see how it stands now
            family = self._living(self.request.client)
            counter, rotated_at = family.counter, family.rotated_at
        window = self.request.client.retry_window
        window = self.settings.refresh_retry_window if window is None else window
        if presented == counter - 1 and families.was_just_rotated(rotated_at, window):
            request_log.remark(causes.REFRESH_RETRIED, seconds=_seconds_since(rotated_at))
            return int(counter)
        families.end_family(
            self.request.transaction(),
            family.id,
            EventKind.TOKENS_REPLAYED,
            user_id=family.user_id,
            client=self.request.client,
            because=causes.REFRESH_REPLAYED,
        )
        raise Refused(causes.REFRESH_REPLAYED, seconds=_seconds_since(rotated_at))


def _seconds_since(moment: datetime | None) -> int | None:
    return None if moment is None else int((now() - moment).total_seconds())
