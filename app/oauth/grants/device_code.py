"""The device authorization grant, :rfc:`8628#section-3.4`: a device asks again and again until somebody has decided."""

from typing import Any

from authlib.oauth2.rfc6749.grants import TokenEndpointMixin
from sqlalchemy import Row

from ...clients.grants import DEVICE_CODE
from ...clock import now
from ...database.rows import new_id
from ...diagnostics import causes, request_log
from ..client_lookup import find_client_and_device_code
from ..client_rows import ClientRow
from ..models import ON_A_DEVICE
from ..refusals import Refused
from ..scopes import remaining_scopes
from ..tokens import device_codes
from .grant import Answer, PortalGrant
from .persons import refuse_absent_person, refuse_outsider, refuse_single_factor, team_of


class DeviceCodeGrant(PortalGrant, TokenEndpointMixin):
    """Device codes that work once.

    Polls come by the protocol itself, and twice at once where a program tries again: a poll after the one that won is
    refused, and what that one got stays. Unlike an authorization code, a device code never went through a browser.
    """

    GRANT_TYPE = DEVICE_CODE

    def validate_token_request(self) -> None:
        """Find client and code in one SELECT; refuse what nobody has allowed, or not yet."""
        code = self.required("device_code")
        self.request.find_client = lambda client_id: self._find(client_id, code)
        client = self.authenticate_token_endpoint_client()
        row = self.code
        if row is None:
            raise Refused(causes.DEVICE_CODE_UNKNOWN, length=len(code))
        if row.client_id != client.id:
            raise Refused(causes.DEVICE_CODE_OF_OTHER_CLIENT)
        if row.user_id is not None:
            request_log.attribute_to(user_id=row.user_id)
        if row.redeemed_at is not None:
            raise Refused(causes.DEVICE_CODE_USED, seconds=int((now() - row.redeemed_at).total_seconds()))
        if row.expires_at <= now():
            lifetime = device_codes.LIFETIME
            raise Refused(causes.DEVICE_CODE_EXPIRED, issued_at=row.created_at, lifetime=lifetime)
        if row.decided_at is None:
            raise self._not_yet(row)
        if row.consent_id is None:
            raise Refused(causes.USER_DECLINED)
        refuse_single_factor(client, row.methods, causes.DEVICE_CODE_WITHOUT_SECOND_FACTOR)

    def create_token_response(self) -> Answer:
        """Redeem the code, so that what follows happens once, and answer with the first tokens of a new family."""
        row = self.code
        assert row is not None
        refuse_absent_person(row)
        refuse_outsider(self.request.client, row.user_id)
        self.person = row
        allowed = self.request.client.scopes, row.consent_scope.split()
        self.scopes = remaining_scopes(row.scope.split(), *allowed)
        if not device_codes.redeem(self.request.transaction(), row.id):
            raise Refused(causes.DEVICE_CODE_USED, seconds=0)
        subject = self.subject(
            row.user_id, family_id=new_id(), auth_time=row.auth_time, methods=row.methods, team=team_of(row)
        )
        return self.answer_with_family(
            subject,
            consent_id=row.consent_id,
            session_id=ON_A_DEVICE,
            scope=row.scope,
            declined=row.consent_declined,
        )

    def _find(self, client_id: str, code: str) -> ClientRow | None:
        client, self.code = find_client_and_device_code(client_id, code)
        return client

    def _not_yet(self, row: Row[Any]) -> Refused:
        """Note the poll, and return its refusal: nobody has decided, or it came too early and all later ones must wait longer.

        Waiting is what devices do: the log has the first poll of a code and the first that came too early.
        """
        transaction, interval = self.request.transaction(), row.poll_interval
        is_early = device_codes.is_early(row.polled_at, interval)
        if not is_early and device_codes.note_poll(transaction, row.id, interval):
            if row.polled_at is not None:
                request_log.count_only()
            return Refused(causes.AUTHORIZATION_PENDING)
        is_first = device_codes.slow_down(transaction, row.id, interval) and interval == device_codes.INTERVAL
        if not is_first:
            request_log.count_only()
        return Refused(causes.SLOW_DOWN, interval=interval + device_codes.SLOWER_BY)
