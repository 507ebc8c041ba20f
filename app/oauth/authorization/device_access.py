"""A device that asks for access, the person who entered its code, and what that one decides, :rfc:`8628#section-3.3`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...audit import EventKind, record
from ...clients.grants import DEVICE_CODE
from ...clients.group_limits import is_outside
from ...consents.decisions import give_consent
from ...consents.models import Consent
from ...database.rows import db
from ...networks import shown_network_of
from ..client_lookup import find_client
from ..client_rows import ClientRow
from ..tokens import device_codes, user_codes
from ..wishes import Wishes
from . import reach, user_code_guesses, which_team
from .interaction import Situation
from .which_team import ForWhom

# Whatever was allowed before, everything is asked: anybody may have sent the person the code (section 5.4).
ALWAYS_ASKED = Wishes(frozenset({"consent"}), None, ())


class CodeUnknown(Exception):
    """No request waits under this code: it is mistyped, over, or decided. Which, nobody learns."""


@dataclass
class DeviceAccess:
    """A request that waits, and the person before it, who is signed in: an ``AccessRequest``."""

    id: str
    person: Any
    client: ClientRow
    scopes: tuple[str, ...]
    for_whom: ForWhom
    user_code: str
    """As the device shows it."""
    network: str
    """Where the device asked from."""
    asked_at: datetime
    is_elsewhere: bool
    """Whether that is another network than the one the person comes from, or may be."""
    wishes: Wishes = ALWAYS_ASKED

    @property
    def consent(self) -> Consent | None:
        """What the person allows the app, as far as it is clear for whom this is."""
        return self.for_whom.consent

    @property
    def missing(self) -> tuple[str, ...]:
        """What nobody has decided upon, as far as it is clear for whom this is."""
        return () if self.for_whom.is_unclear else which_team.missing(self.scopes, self.consent)

    def situation(self) -> Situation:
        """Where it stands, for the table of interactions."""
        session, user_id = self.person.browser_session, self.person.id
        return Situation(
            wishes=self.wishes,
            signed_in=True,
            auth_time=session.authenticated_at,
            sent_to_sign_in=None,
            account_chosen=True,
            account_unclear=False,
            missing=self.missing,
            has_consent=self.consent is not None,
            has_any_consent=bool(self.for_whom.consents),
            team_unclear=self.for_whom.is_unclear,
            is_full=not self.for_whom.consents and reach.is_full(self.client, user_id),
            is_outside_groups=is_outside(self.client, user_id),
            requires_second_factor=self.client.second_factor_required,
            second_factor_at=session.second_factor_at,
        )


def find(typed: str, person: Any, address: str, *, is_proxy: bool = False) -> DeviceAccess:
    """Find what waits under the code that ``person`` typed at ``address``, which is nobody's own if ``is_proxy``.

    Raises :class:`CodeUnknown`, and LimitReached for who guesses.
    """
    code = user_codes.read(typed)
    # The same work for what can be no code: the time says nothing.
    row = device_codes.find_waiting(db.session.connection(), code or "")
    client = find_client(row.client_id) if row is not None else None
    if code is None or row is None or client is None or not _may_ask(client):
        user_code_guesses.count_wrong(person.id, address)
        raise CodeUnknown
    user_code_guesses.check(person.id, address)
    scopes = tuple(name for name in row.scope.split() if name in client.scopes)
    return DeviceAccess(
        id=row.id,
        person=person,
        client=client,
        scopes=scopes,
        for_whom=which_team.read_for_device(scopes, client.id, person.id),
        user_code=user_codes.shown(code),
        network="" if is_proxy else row.network,
        asked_at=row.created_at,
        is_elsewhere=is_proxy or row.network != shown_network_of(address),
    )


def _may_ask(client: ClientRow) -> bool:
    """Whether the app may still do what it could when the device asked."""
    return client.disabled_at is None and client.check_grant_type(DEVICE_CODE)


def allow(access: DeviceAccess, allowed: Iterable[str], declined: Iterable[str], team_id: str | None) -> None:
    """Let the device in with what is ``allowed``. Raises NotInTeam, and :class:`CodeUnknown` for who comes second."""
    allowed, session = list(allowed), access.person.browser_session
    consent = give_consent(access.person.id, access.client.id, allowed, declined, team_id=team_id)
    _decide(
        access,
        consent_id=consent.id,
        scope=" ".join(allowed),
        auth_time=session.authenticated_at,
        methods=session.methods,
    )
    _record(EventKind.DEVICE_ALLOWED, access)


def decline(access: DeviceAccess) -> None:
    """Let the device know that the person declines. Raises :class:`CodeUnknown` for who comes second."""
    _decide(access)
    _record(EventKind.DEVICE_DECLINED, access)


def _decide(access: DeviceAccess, **decision: Any) -> None:
    if not device_codes.decide(db.session.connection(), access.id, user_id=access.person.id, **decision):
        raise CodeUnknown


def _record(kind: EventKind, access: DeviceAccess) -> None:
    client, user_id = access.client, access.person.id
    record(kind, user_id, user_id, client_id=client.id, app=client.name, network=access.network)
