"""Rows of requests that the portal itself sends to apps, from jobs beside all requests."""

import logging
from typing import Any, NamedTuple

from ...crypto import new_request_id
from ...database.rows import new_id
from ..causes import Cause
from . import writing
from .row import NotedRequest, row_of

_log = logging.getLogger(__name__)


class Sent(NamedTuple):
    """What was sent to which app, and about whom."""

    endpoint: str
    client_id: str
    user_id: str | None
    parameters: list[tuple[str, str]]
    status: int
    """That of the answer, 0 where none came."""


def note_sent(sent: Sent, cause: Cause | None = None, /, **facts: Any) -> None:
    """Log a request to an app, and why it failed, if it did.

    Beyond the cap failures are counted only. Trouble with the log ends on stderr.
    """
    entry = NotedRequest(
        *(sent.endpoint, sent.parameters, "", sent.client_id, sent.user_id, cause),
        request_id=new_request_id(),
    )
    try:
        if cause is None:
            writing.gather(row_of(entry, sent.status))
            return
        entry.id, entry.facts = new_id(), {cause.name: facts}
        if writing.admits(sent.client_id, entry.id):
            writing.write_now(row_of(entry, sent.status))
    except Exception as error:
        _log.error("The request log failed in note_sent: %s", type(error).__name__)
