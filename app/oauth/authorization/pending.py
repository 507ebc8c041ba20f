"""An authorization request that waits while the person signs in: remembered at the browser, never trusted."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import session

from ...authentication.kept_cookies import PENDING, key_of
from ...clock import now
from ...crypto import base64url, digest
from ..pushed_requests import is_reference

MOST_REQUESTS = 5  # tabs with an open request that one browser is remembered for
_OF_REFERENCE = ("client_id", "request_uri", "ui_locales")
_KEPT_IN = PENDING
_BROWSER = "browser"  # beside the requests, whose keys are digests


def authorize_url(parameters: Iterable[tuple[str, str]]) -> str:
    """The path and query that say the same request again, in whatever language it is read.

    Of one that was pushed its reference alone says all: what stands beside it is no part of the request.
    """
    parameters = list(parameters)
    if is_reference(dict(parameters).get("request_uri", "")):
        parameters = [(name, value) for name, value in parameters if name in _OF_REFERENCE]
    said = [(name, value) for name, value in parameters if value and name != "locale"]
    return f"/oauth/authorize?{urlencode(said)}"


def sent_to_sign_in(url: str) -> datetime | None:
    """When this request first asked for a fresh sign-in."""
    at = _notes(url).get("sent")
    return datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else None


def account_chosen(url: str) -> str | None:
    """The key of the account that the person said to use for this request."""
    chosen = _notes(url).get("chosen")
    return chosen if isinstance(chosen, str) else None


def is_to_ask(url: str) -> bool:
    """Whether the person wants to be asked which account to use."""
    return bool(_notes(url).get("ask"))


def team_chosen(url: str, user_id: str) -> str | None:
    """For which team this person said to give access by this request; empty: for themselves."""
    chosen = _notes(url).get("team")
    who, separator, team = chosen.partition(":") if isinstance(chosen, str) else ("", "", "")
    return team if separator and who == key_of(user_id) else None


def note_sent_to_sign_in(url: str) -> None:
    """Remember that this request is waiting for a fresh sign-in, from its first asking on."""
    if sent_to_sign_in(url) is None:
        _note(url, sent=now().timestamp())


def asked_for_stronger(url: str) -> datetime | None:
    """When the person was last asked for a second factor by this request."""
    at = _notes(url).get("stronger")
    return datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else None


def note_asked_for_stronger(url: str) -> None:
    """Remember that the person is asked for a second factor by this request."""
    _note(url, stronger=now().timestamp())


def note_account_chosen(url: str, user_id: str) -> None:
    """Remember the person's answer."""
    _note(url, chosen=key_of(user_id), ask=False)


def note_to_ask(url: str) -> None:
    """Remember that the person wants to be asked which account to use."""
    _note(url, chosen=None, ask=True)


def note_team_chosen(url: str, user_id: str, team: str) -> None:
    """Remember for which team this person gives access; empty: for themselves."""
    _note(url, team=f"{key_of(user_id)}:{team}")


def note_another_wanted(url: str) -> None:
    """Remember that whoever signs in next is to be used: they have chosen, and proven who they are."""
    _note(url, chosen=None, ask=False, sent=now().timestamp())


def forget(url: str) -> None:
    """Drop what was remembered: the request has its answer, and a second one starts anew."""
    kept = dict(session.get(_KEPT_IN, {}))
    if kept.pop(_key(url), None) is not None:
        session[_KEPT_IN] = kept


def browser_mark() -> str | None:
    """What tells this browser from others for the pushed requests that it has opened."""
    mark = session.get(_KEPT_IN, {}).get(_BROWSER)
    return mark if isinstance(mark, str) else None


def new_browser_mark() -> str:
    """A mark that no browser has."""
    return base64url(secrets.token_bytes(16))


def keep_browser_mark(mark: str) -> None:
    """Let this browser keep the mark; no number of requests pushes it out."""
    session[_KEPT_IN] = {**session.get(_KEPT_IN, {}), _BROWSER: mark}


def _note(url: str, **notes: object) -> None:
    kept = dict(session.get(_KEPT_IN, {}))
    of_browser = {name: kept.pop(name) for name in (_BROWSER,) if name in kept}
    noted = {**kept.pop(_key(url), {}), **notes}
    kept[_key(url)] = {name: value for name, value in noted.items() if value}
    session[_KEPT_IN] = of_browser | dict(list(kept.items())[-MOST_REQUESTS:])


def _notes(url: str) -> dict[str, object]:
    found = session.get(_KEPT_IN, {}).get(_key(url), {})
    return found if isinstance(found, dict) else {}


def _key(url: str) -> str:
    return digest(url)[:16]
