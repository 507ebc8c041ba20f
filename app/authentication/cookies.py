"""The cookies of a browser: the one that pages write to, and one with the token of each account signed in there.

All are signed. A token's cookie is written only with another token: so the answer to a request from before it was
replaced cannot bring the old one back, neither for this account nor for another. Where there are several, one more
cookie says which is active.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any, cast

from flask import Flask, Request, Response, request
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeSerializer

from .. import fetch_metadata
from .access import is_for_programs
from .browser_cookies import KEPT_BY, BrowserCookies, Change, browser_cookies

_TOKEN, _ACTIVE = "token of the session", "slot of the active account"  # what each cookie is signed as
_SLOT = re.compile(r"(?:-[0-9a-f]{8})?", re.ASCII)


class Cookies(SecureCookieSessionInterface):
    """Reads and writes the cookies, which answers to what another site posts here leave as they are.

    ``SameSite=Lax`` keeps them from such a request: an answer with fresh ones would sign the person out.
    """

    session_class = BrowserCookies

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookies, but not for a view that is known to be for programs."""
        if _is_of_a_program(app, request):
            return NullSession()
        opened = cast("BrowserCookies", super().open_session(app, request))
        tokens = dict(self._read_tokens(app, request))
        if tokens:
            opened = BrowserCookies({name: value for name, value in opened.items() if name != KEPT_BY})
            opened.tokens = tokens
            opened.pointer = _read(app, _ACTIVE, request.cookies.get(self._pointer_name(app)))
            # Where nobody says which of several is active, nobody is signed in until the person does.
            is_known = opened.pointer in tokens or len(tokens) == 1
            opened.slot = str(opened.pointer) if opened.pointer in tokens else next(iter(tokens))
            if is_known:
                dict.__setitem__(opened, KEPT_BY, tokens[opened.slot])  # to open is not to change
        opened.opened_with = opened.get(KEPT_BY)
        opened.accessed = False
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookies, unless the view needs none or the browser may have some that it did not send."""
        if _is_of_a_program(app, request):
            return
        name = self.get_cookie_name(app)
        known = name in request.cookies or any(True for _token in self._named_tokens(app, request))
        if not known and fetch_metadata.is_posted_by_another_site():
            return
        both = cast("BrowserCookies", session)
        modified, accessed = both.modified, both.accessed  # to look is to access
        pages = BrowserCookies(both)
        pages.modified, pages.accessed = modified, accessed
        token = both.get(KEPT_BY)
        changes = dict(both.changes)
        if token != both.opened_with:
            changes[both.slot] = Change(token, both.token_ends_at)
        for slot, change in changes.items():
            self._write(app, response, f"{name}-token{slot}", change, _TOKEN)
        if both.points_to is not None:
            self._write(app, response, self._pointer_name(app), both.points_to, _ACTIVE)
        if changes or both.tokens:
            dict.pop(pages, KEPT_BY, None)
        super().save_session(app, pages, response)

    def _pointer_name(self, app: Flask) -> str:
        return f"{self.get_cookie_name(app)}-active"

    def _named_tokens(self, app: Flask, request: Request) -> Iterator[tuple[str, str]]:
        """What cookies with the name of a token hold, by slot."""
        prefix = f"{self.get_cookie_name(app)}-token"
        for name, value in request.cookies.items():
            if name.startswith(prefix) and _SLOT.fullmatch(name, len(prefix)):
                yield name[len(prefix) :], value

    def _read_tokens(self, app: Flask, request: Request) -> Iterator[tuple[str, str]]:
        for slot, value in self._named_tokens(app, request):
            token = _read(app, _TOKEN, value)
            if token is not None:
                yield slot, token

    def _write(self, app: Flask, response: Response, name: str, change: Change, salt: str) -> None:
        given: dict[str, Any] = {
            "path": self.get_cookie_path(app),
            "secure": self.get_cookie_secure(app),
            "samesite": self.get_cookie_samesite(app),
            "httponly": True,
        }
        if change.value is None:
            response.delete_cookie(name, **given)
        else:
            text = str(_serializer(app, salt).dumps(change.value))
            response.set_cookie(name, text, expires=change.ends_at, **given)


def begin_again(app: Flask) -> None:
    """Take the cookies as they came with this request, whatever it has changed in them."""
    opened = cast("BrowserCookies", app.session_interface.open_session(app, request))
    mine = browser_cookies()
    mine.clear()
    mine.update(opened)
    for name in BrowserCookies.__annotations__:
        setattr(mine, name, getattr(opened, name))


def _read(app: Flask, salt: str, value: str | None) -> str | None:
    try:
        found = _serializer(app, salt).loads(value or "")
    except BadSignature:
        return None
    return found if isinstance(found, str) else None


def _serializer(app: Flask, salt: str = _TOKEN) -> URLSafeSerializer:
    algorithm = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer(str(app.secret_key), salt=salt, signer_kwargs=algorithm)


def _is_of_a_program(app: Flask, asked: Request) -> bool:
    """Whether the view that is asked for is known, and known to be for programs; a static file's is, once matched."""
    rule = asked.url_rule
    return rule is not None and is_for_programs(app.view_functions[rule.endpoint])
