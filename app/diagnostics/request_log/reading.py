"""Reading the request log: rows as their readers see them."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from ...crypto import Undecryptable
from ...database.rows import db
from ...extensions import vault
from ...masking import LONGEST_VALUE, without_secrets
from ..causes import CATALOGUE, Cause
from ..models import LoggedRequest
from .queries import OUTCOMES, entries_of, newest_of

ROWS_A_PAGE = 50  # rows
OUTGOING = ("backchannel_logout",)  # endpoints of apps, to which the portal sends
_REQUEST_ID = re.compile(r"\b[a-z2-7]{20}\b")  # as site/request_ids.py makes them
_MASKED = re.compile(r"\((\d{1,9}) (characters|more)\)")  # as masking writes it


@dataclass(frozen=True)
class LogEntry:
    """One request of the log with what its owner may know of it."""

    row: LoggedRequest

    @property
    def request_id(self) -> str:
        """The id that the answer carried."""
        return self.row.request_id

    @property
    def at(self) -> datetime:
        """When the answer was ready."""
        return self.row.at

    @property
    def was_sent(self) -> bool:
        """Whether the portal sent it to the app, not the other way round."""
        return self.row.endpoint in OUTGOING

    @property
    def refused(self) -> bool:
        """Whether the app was refused what it asked for."""
        return self.row.outcome == "refused"

    @property
    def causes(self) -> list[Cause]:
        """The cause of the refusal, then the remarks."""
        names = [self.row.cause or "", *(self.row.remarks or "").split()]
        return [CATALOGUE[name] for name in names if name in CATALOGUE]

    @property
    def cause(self) -> Cause | None:
        """What the owner should read first."""
        return next(iter(self.causes), None)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """Names and values as received, secrets masked; lengths in the reader's language."""
        return [(_in_words(name), self._told(value)) for name, value in self._details.get("request", [])]

    @property
    def authorization(self) -> str:
        """The scheme of the ``Authorization`` header, or nothing."""
        return self._details.get("authorization", "")

    @property
    def more(self) -> int:
        """How many refusals of the same minute after this one were counted only."""
        return self._details.get("more", 0)

    def why(self, cause: Cause) -> str:
        """Why, in the reader's language."""
        return cause.explain(self._facts(cause))

    def fix(self, cause: Cause) -> str:
        """What to do, in the reader's language."""
        return cause.advise(self._facts(cause))

    @cached_property
    def redirect_uri(self) -> str | None:
        """The address to register as it was sent, where the cause can be repaired."""
        sealed = self._details.get("redirect_uri")
        if sealed is None or self.cause is None or self.cause.repair != "add_redirect_uri":
            return None
        try:
            return vault.decrypt(sealed, sealed_for(self.request_id))
        except Undecryptable:
            return None  # the encryption secret was changed since

    @cached_property
    def _details(self) -> dict[str, Any]:
        return json.loads(self.row.details)

    def _facts(self, cause: Cause) -> dict[str, Any]:
        facts = self._details.get("facts", {}).get(cause.name, {})
        return {name: self._told(fact) for name, fact in facts.items()}

    def _told(self, fact: Any) -> Any:
        """A fact or value as its reader may see it: the address that is shown whole anyway is masked nowhere."""
        if isinstance(fact, list):
            return [self._told(each) for each in fact]
        if not isinstance(fact, str):
            return fact
        uri = self.redirect_uri
        is_shown = (
            uri is not None and len(uri) <= LONGEST_VALUE and fact == without_secrets(uri, is_address=True)
        )
        return uri if is_shown else _in_words(fact)


def list_entries(
    client_id: str | None,
    outcome: str | None = None,
    cause: str | None = None,
    before: str | None = None,
    limit: int = ROWS_A_PAGE,
) -> tuple[list[LogEntry], str | None]:
    """The newest rows of an app (None: of no app at all), and the cursor of the next ones, if there are more."""
    query = entries_of(client_id, outcome, cause, before).order_by(LoggedRequest.id.desc()).limit(limit + 1)
    rows = db.session.scalars(query).all()
    entries = [LogEntry(row) for row in rows[:limit]]
    return entries, (entries[-1].row.id if len(rows) > limit else None)


def list_causes(client_id: str) -> set[str]:
    """The names of the causes and remarks among the newest requests of an app, refused ones and others."""
    rows = [row for outcome in OUTCOMES for row in db.session.execute(newest_of(client_id, outcome))]
    return {name for cause, remarks in rows for name in (cause, *(remarks or "").split()) if name}


def find_entry(request_id: str) -> LogEntry | None:
    """The row of the request with that id."""
    if not request_id.isascii() or len(request_id) > 32:
        return None
    row = db.session.scalar(select(LoggedRequest).where(LoggedRequest.request_id == request_id))
    return LogEntry(row) if row else None


def read_request_id(typed: str) -> str | None:
    """The request ID in what somebody typed or pasted, such as the address of its page; None where there is none."""
    found = _REQUEST_ID.search(typed[:500].lower())
    return found[0] if found else None


def find_entry_of(client_id: str, request_id: str) -> LogEntry | None:
    """The row of that request, if it is one of this app."""
    entry = find_entry(request_id)
    return entry if entry is not None and entry.row.client_id == client_id else None


def sealed_for(request_id: str) -> str:
    """The place that the sealed redirect URI of a request is bound to."""
    return f"logged_requests.redirect_uri.{request_id}"


def _in_words(text: str) -> str:
    """A text with what masking has put into it, in the reader's language."""
    return _MASKED.sub(_mask, text)


def _mask(found: re.Match[str]) -> str:
    count = int(found[1])
    if found[2] == "more":
        return _("(%(count)s more)", count=count)
    return ngettext("(%(num)d character)", "(%(num)d characters)", count)
