"""The cookies of a browser's session: the one that pages write to, and the one with the token of the sign-in.

Both are signed. The token has its own, which is written only with another token: so the answer to a request from
before it was replaced cannot bring the old one back.
"""

import hashlib
from datetime import datetime
from typing import cast

from flask import Flask, Request, Response, request, session
from flask.sessions import NullSession, SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature, URLSafeSerializer

from .. import fetch_metadata
from .access import is_for_programs

KEPT_BY = "_user_id"  # where Flask-Login looks for what the user loader gets


class BrowserCookies(SecureCookieSession):
    """What both cookies hold."""

    opened_with: object = None
    """The token as it came."""
    has_own_cookie = False
    """Whether the token came in its own cookie; older versions kept it with all the rest."""
    token_ends_at: datetime | None = None
    """When the browser may forget a new token; None: when it is closed."""


class Cookies(SecureCookieSessionInterface):
    """Reads and writes both cookies, which answers to what another site posts here leave as they are.

    ``SameSite=Lax`` keeps them from such a request: an answer with fresh ones would sign the person out.
    """

    session_class = BrowserCookies

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookies, but not for a view that is known to be for programs."""
        if _is_of_a_program(app, request):
            return NullSession()
        opened = cast("BrowserCookies", super().open_session(app, request))
        token = self._read_token(app, request)
        if token is not None:
            opened = BrowserCookies({**opened, KEPT_BY: token})
            opened.has_own_cookie = True
        opened.opened_with = opened.get(KEPT_BY)
        opened.accessed = False
        return opened

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Write the cookies, unless the view needs none or the browser may have some that it did not send."""
        if _is_of_a_program(app, request):
            return
        known = self.get_cookie_name(app) in request.cookies or self.get_token_name(app) in request.cookies
        if not known and fetch_metadata.is_posted_by_another_site():
            return
        both = cast("BrowserCookies", session)
        modified, accessed = both.modified, both.accessed  # to look is to access
        pages = BrowserCookies(both)
        pages.modified, pages.accessed = modified, accessed
        is_new = both.get(KEPT_BY) != both.opened_with
        if is_new:
            self._write_token(app, both, response)
        if is_new or both.has_own_cookie:
            dict.pop(pages, KEPT_BY, None)
        super().save_session(app, pages, response)

    def get_token_name(self, app: Flask) -> str:
        """The name of the cookie that holds the token."""
        return f"{self.get_cookie_name(app)}-token"

    def _read_token(self, app: Flask, request: Request) -> object:
        try:
            return _serializer(app).loads(request.cookies.get(self.get_token_name(app), ""))
        except BadSignature:
            return None

    def _write_token(self, app: Flask, both: BrowserCookies, response: Response) -> None:
        name, path, token = self.get_token_name(app), self.get_cookie_path(app), both.get(KEPT_BY)
        secure, same_site = self.get_cookie_secure(app), self.get_cookie_samesite(app)
        if token is None:
            response.delete_cookie(name, path=path, secure=secure, httponly=True, samesite=same_site)
            return
        response.set_cookie(
            name,
            str(_serializer(app).dumps(token)),
            expires=both.token_ends_at,
            path=path,
            secure=secure,
            httponly=True,
            samesite=same_site,
        )


def keep_token(token: str, ends_at: datetime | None) -> None:
    """Let the browser keep ``token`` until ``ends_at``, or until it is closed."""
    session[KEPT_BY] = token
    cast("BrowserCookies", session).token_ends_at = ends_at


def _serializer(app: Flask) -> URLSafeSerializer:
    algorithm = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
    return URLSafeSerializer(str(app.secret_key), salt="token of the session", signer_kwargs=algorithm)


def _is_of_a_program(app: Flask, asked: Request) -> bool:
    """Whether the view that is asked for is known, and known to be for programs; a static file's is, once matched."""
    rule = asked.url_rule
    return rule is not None and is_for_programs(app.view_functions[rule.endpoint])
