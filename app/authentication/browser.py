"""The browser's side of a sign-in: adopting a session, taking turns, leaving."""

from flask import g, request, session
from flask_babel import get_locale
from flask_login import current_user, logout_user

from ..users import accounts
from ..users.models import User
from . import (
    accounts_here,
    devices,
    kept_cookies,
    known_browsers,
    lifetimes,
    new_browsers,
    session_tokens,
    sessions,
)
from .accounts_here import Account
from .browser_cookies import FIRST, KEPT_BY, Change, browser_cookies
from .kept_cookies import PENDING
from .kept_forms import PERSON, WAITING
from .lifetimes import Stay
from .methods import PASSWORD
from .models import BrowserSession
from .next_page import destination, safe_next

__all__ = ["REMEMBERED_FOR", "adopt", "destination", "leave", "renew", "safe_next", "switch_to"]

REMEMBERED_FOR = lifetimes.IDLE_REMEMBERED


def adopt(user: User, stay: Stay = Stay.SESSION, methods: str = PASSWORD) -> None:
    """Sign ``user``, who came in by ``methods``, in at this browser with a new session row; the edge commits it.

    It becomes the active account, in the place of an older session of the same person; other accounts stay.
    Without any, the cookie is emptied first: what somebody planted before is worth nothing. Raises
    :class:`BrowserFull`.
    """
    others = _make_room(user)
    row, token = sessions.start_session(
        user,
        methods=methods,
        stay=stay,
        ip=request.remote_addr,
        device=devices.recognise(request.user_agent.string),
    )
    accounts.note_arrival(
        user,
        ip=row.ip,
        platform=devices.platform(request.user_agent.string),
        language=None if new_browsers.is_new(user) else str(get_locale()),  # which is perhaps not theirs
    )
    was_permanent = session.permanent and bool(others)
    kept_cookies.keep_only(kept_cookies.OF_THE_BROWSER if others else (PENDING, WAITING))
    session[PERSON] = user.id
    accounts_here.become(user, row)
    session.permanent = row.remembered or (was_permanent and not row.ephemeral)
    _take_slot(user, row, others)
    kept_cookies.keep(row, token)
    g.pop("accounts_here", None)
    known_browsers.note(user, row)


def switch_to(account: Account) -> None:
    """Make ``account`` the active one of this browser. It gets no new session, and has proved nothing anew."""
    accounts_here.act_as(account)
    kept_cookies.belong_to(account.row)
    kept_cookies.point_to(account.slot, account.row)


def leave(account: Account | None = None) -> User | None:
    """Sign ``account``, or else the person of this request, out at this browser. The edge commits.

    The others stay. Where it was the active account the next one takes its place and is returned.
    """
    gone = account or accounts_here.find_current()
    was_active = gone is not None and gone.user == current_user  # who is looked up while the session is there
    if gone is not None:
        _end(gone)
    others = accounts_here.list_accounts()
    if not others:
        _forget_everything()
    elif was_active:
        switch_to(others[0])
        return others[0].user
    return None


def renew(*methods: str) -> None:
    """Give this browser a new token: the person has just proved by ``methods`` who they are. What its copies show gains nothing."""
    row = current_user.browser_session
    token = session_tokens.rotate_proven_token(row, session[KEPT_BY], *methods)
    if token is not None:
        kept_cookies.keep(row, token)


def _make_room(user: User) -> list[Account]:
    """End an older session of ``user`` here, and return the other accounts."""
    here = accounts_here.list_accounts()
    others = [account for account in here if account.user != user]
    accounts_here.check_room(others)
    for account in here:
        if account.user == user:
            sessions.end_session(user.id, account.row.id)
    return others


def _take_slot(user: User, row: BrowserSession, others: list[Account]) -> None:
    """Find the cookie for a new token of ``user``, and let the browser forget the tokens of sessions that are over."""
    kept, taken = browser_cookies(), {account.slot for account in others}
    for slot in kept.tokens:
        if slot not in taken:
            kept_cookies.put(slot, None)
    for account in others:
        if account.slot not in kept.tokens:  # an older version kept it among what pages write
            kept_cookies.put(account.slot, account.token, account.row)
    kept.slot, kept.opened_with = (f"-{kept_cookies.key_of(user.id)}" if others else FIRST), None
    if others:
        kept_cookies.point_to(kept.slot, row)
    elif kept.pointer is not None:
        kept.points_to = Change(None)


def _end(account: Account) -> None:
    sessions.end_session(account.user.id, account.row.id)
    kept_cookies.forget_uses(account.user.id)
    kept_cookies.forget_second_step(account.user.id)
    kept_cookies.put(account.slot, None)
    g.accounts_here = [each for each in accounts_here.list_accounts() if each.user != account.user]


def _forget_everything() -> None:
    logout_user()
    session.clear()
    kept = browser_cookies()
    for slot in kept.tokens:
        kept_cookies.put(slot, None)
    if kept.pointer is not None:
        kept.points_to = Change(None)
