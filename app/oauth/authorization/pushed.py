"""The pushed request that an address refers to, as this browser may go on with it.

It belongs to the browser that opens it first, and has one answer: a code or an error (:rfc:`9126#section-7.3`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from ...clock import now
from ...crypto import digest, equal
from ...database.rows import db
from ...diagnostics import causes, request_log
from .. import pushed_requests
from ..client_lookup import find_client_and_pushed
from ..client_rows import ClientRow
from ..refusals import Refused
from ..requests import PortalRequest
from . import pending

OVER = (causes.REQUEST_URI_USED, causes.REQUEST_URI_EXPIRED, causes.REQUEST_URI_ELSEWHERE)
"""What happens to people without anybody's mistake: they begin again at the app."""


@dataclass
class Pushed:
    """What is known of it while it is answered."""

    id: str
    address: MultiDict[str, str]
    """What the browser sent."""
    is_open: bool
    is_answered: bool = False


def is_reference(parameters: Mapping[str, str]) -> bool:
    """Whether these parameters refer to a pushed request; what stands beside counts for nothing."""
    return pushed_requests.is_reference(parameters.get("request_uri", ""))


def resolve(asked: PortalRequest) -> PortalRequest:
    """The request that ``asked`` refers to, or itself. Raises :class:`Refused` where this browser may not go on with it."""
    client_id = asked.parameters.get("client_id")
    if not is_reference(asked.parameters) or not client_id:
        return asked
    asked.check_form("client_id", "request_uri")
    uri = asked.parameters["request_uri"]
    client, row = find_client_and_pushed(client_id, pushed_requests.random_of(uri))
    if client is None or client.disabled_at is not None:
        return asked  # which is refused for that
    request_log.attribute_to(client_id=client.id)
    row = _check(row, client)
    parameters = pushed_requests.parameters_of(row)
    found = PortalRequest(asked.method, asked.uri, asked.headers, parameters)
    found.sent = MultiDict([("request_uri", uri), *parameters.items(multi=True)])
    found.client, found.is_pushed = client, True
    found.pushed = Pushed(row.id, asked.parameters, is_open=row.opened_at is not None)
    return found


def peek(address: Mapping[str, str]) -> tuple[ClientRow | None, Mapping[str, str]]:
    """The client and the parameters of a request that waits in this browser; nothing of any other."""
    random = pushed_requests.random_of(address["request_uri"])
    client, row = find_client_and_pushed(address.get("client_id", ""), random)
    try:
        if client is None or _check(row, client).opened_at is None:
            return None, {}
    except Refused:
        return None, {}
    assert row is not None
    return client, pushed_requests.parameters_of(row)


def keep(asked: PortalRequest) -> None:
    """Let the request stay with this browser, once the person has something to do for it. Raises :class:`Refused`."""
    pushed: Pushed | None = asked.pushed
    if pushed is None or pushed.is_open or pushed.is_answered:
        return
    mark = pending.browser_mark() or pending.new_browser_mark()
    if not pushed_requests.open_for(db.session.connection(), pushed.id, digest(mark)):
        raise _too_late(asked, Refused(causes.REQUEST_URI_ELSEWHERE, opened_at=now()))
    pending.keep_browser_mark(mark)


def answer(asked: PortalRequest) -> None:
    """Use the request up for the answer that is about to be given. Raises :class:`Refused` where there is one already."""
    pushed: Pushed | None = asked.pushed
    if pushed is None:
        return
    if not pushed_requests.answer(db.session.connection(), pushed.id, _browser()):
        raise _too_late(asked, Refused(causes.REQUEST_URI_USED, answered_at=now()))
    pushed.is_answered = True


def answer_by(refusal: Refused, asked: PortalRequest | None) -> Refused:
    """Use the request up for an error that its app is told, and return what is told: perhaps that there is an answer already."""
    if asked is None or asked.validated_redirect_uri is None or asked.pushed is None:
        return refusal
    try:
        answer(asked)
    except Refused as late:
        return late
    return refusal


def _check(row: Row[Any] | None, client: ClientRow) -> Row[Any]:
    if row is None:
        raise Refused(causes.REQUEST_URI_UNKNOWN)
    if row.client_id != client.id:
        raise Refused(causes.REQUEST_URI_OF_OTHER_CLIENT)
    if row.answered_at is not None:
        raise Refused(causes.REQUEST_URI_USED, answered_at=row.answered_at)
    if row.opened_at is not None and not equal(row.browser_digest, _browser() or ""):
        raise Refused(causes.REQUEST_URI_ELSEWHERE, opened_at=row.opened_at)
    if row.expires_at <= now():
        raise Refused(
            causes.REQUEST_URI_EXPIRED,
            pushed_at=row.created_at,
            expired_at=row.expires_at,
            lifetime=pushed_requests.LIFETIME,
            minutes=pushed_requests.OPEN_FOR.seconds // 60,
        )
    return row


def _browser() -> str | None:
    mark = pending.browser_mark()
    return digest(mark) if mark else None


def _too_late(asked: PortalRequest, refusal: Refused) -> Refused:
    """Somebody was faster: what the app is told is theirs, so that the person reads this on a page."""
    asked.validated_redirect_uri = None
    return refusal
