"""What this request's browser keeps, and what it is to keep: the session of Flask, and the tokens beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import session
from flask.sessions import SecureCookieSession

KEPT_BY = "_user_id"  # where Flask-Login looks for what the user loader gets
MOST_ACCOUNTS = 5  # of one browser; its cookies must stay small
FIRST = ""  # the slot of an account that came first; the others are named after their account


@dataclass(frozen=True)
class Change:
    """What a cookie is to hold, nothing with None, and until when; None: until the browser is closed."""

    value: str | None
    ends_at: datetime | None = None


class BrowserCookies(SecureCookieSession):
    """What the cookies hold; under :data:`KEPT_BY` is the token of the person whom this request is for."""

    tokens: Mapping[str, str] = {}
    """The tokens as they came, by slot."""
    pointer: str | None = None
    """The slot of the active account, as the browser says where there are several."""
    slot: str = FIRST
    """The slot of the person whom this request is for."""
    opened_with: object = None
    """The token of that slot as it came."""
    token_ends_at: datetime | None = None
    """When the browser may forget a new token there; None: when it is closed."""
    changes: Mapping[str, Change] = {}
    """What other slots are to hold."""
    points_to: Change | None = None
    """Which slot is to be the active one."""


def browser_cookies() -> BrowserCookies:
    """What this request's browser keeps."""
    return cast("BrowserCookies", session)


def keep_token(token: str, ends_at: datetime | None) -> None:
    """Let the browser keep ``token`` until ``ends_at``, or until it is closed."""
    session[KEPT_BY] = token
    browser_cookies().token_ends_at = ends_at
