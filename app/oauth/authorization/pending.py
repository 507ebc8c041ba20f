"""An authorization request that waits while the person signs in: remembered at the browser, never trusted."""

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import session

from ...authentication.browser import PENDING
from ...clock import now
from ...crypto import digest

MOST_REQUESTS = 5  # tabs with an open request that one browser is remembered for
_KEPT_IN = PENDING


def authorize_url(parameters: Iterable[tuple[str, str]]) -> str:
    """The path and query that say the same request again, in whatever language it is read."""
    said = [(name, value) for name, value in parameters if value and name != "locale"]
    return f"/oauth/authorize?{urlencode(said)}"


def sent_to_sign_in(url: str) -> datetime | None:
    """When this request first asked for a fresh sign-in."""
    at = _notes(url).get("sent")
    return datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else None


def account_chosen(url: str) -> bool:
    """Whether the person said which account to use for this request."""
    return bool(_notes(url).get("chosen"))


def note_sent_to_sign_in(url: str) -> None:
    """Remember that this request is waiting for a fresh sign-in, from its first asking on."""
    if sent_to_sign_in(url) is None:
        _note(url, sent=now().timestamp())


def note_account_chosen(url: str) -> None:
    """Remember the person's answer."""
    _note(url, chosen=True)


def forget(url: str) -> None:
    """Drop what was remembered: the request has its answer, and a second one starts anew."""
    kept = dict(session.get(_KEPT_IN, {}))
    if kept.pop(_key(url), None) is not None:
        session[_KEPT_IN] = kept


def _note(url: str, **notes: object) -> None:
    kept = dict(session.get(_KEPT_IN, {}))
    kept[_key(url)] = {**kept.pop(_key(url), {}), **notes}
    session[_KEPT_IN] = dict(list(kept.items())[-MOST_REQUESTS:])


def _notes(url: str) -> dict[str, object]:
    found = session.get(_KEPT_IN, {}).get(_key(url), {})
    return found if isinstance(found, dict) else {}


def _key(url: str) -> str:
    return digest(url)[:16]
