"""The Flask application, with a short way for programs.

A program brings no cookie, reads no language and posts no form of ours: what a page needs before and after its
view is spared where a view says so (:func:`app.authentication.access.for_programs`). Request id, rate limit,
security headers and the answers to errors are the same on both ways.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Request, Response, g
from flask.ctx import RequestContext
from flask.globals import request_ctx
from flask.sessions import NullSession
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, Rule

from ..authentication.access import is_for_programs
from ..extensions import background
from . import lost_transactions, rate_limiting, request_ids, security_headers

if TYPE_CHECKING:
    from config import Settings


class Portal(Flask):
    """Flask without its question, asked many times a request, whether a function is a coroutine: none is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """``func`` as it is."""
        return func

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The answer, on the short way where the view is for programs."""
        rule = self._for_programs.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if rule is None:
            return super().wsgi_app(environ, start_response)
        request = self.request_class(environ)
        request.json_module = self.json
        request.url_rule, request.view_args = rule, {}
        with RequestContext(self, environ, request, NullSession()):
            return self._answer_program(rule.endpoint, environ, start_response)

    def refuse(
        self, error: HTTPException, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer with the page of an error, before any view or hook of a page is asked, and without the database."""
        with self.request_context(environ):
            g.without_database, g._login_user = True, AnonymousUserMixin()  # noqa: SLF001  as errors.answer does
            try:
                rate_limiting.check()
            except HTTPException as reached:
                error = reached
            return self._answer_trouble(error)(environ, start_response)

    def dispatch_request(self) -> ResponseReturnValue:
        """What the view of a page answers, also where a cluster undid its transaction once."""
        return lost_transactions.until_kept(super().dispatch_request)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Nothing on the short way, whose rule was found already."""
        return None if request is not None and request.url_rule else super().create_url_adapter(request)

    def do_teardown_request(self, exc: Any = None) -> None:
        """Nothing on the short way: of what waits for the end of a request, nothing has begun there."""
        if request_ctx.url_adapter is not None:
            super().do_teardown_request(exc)

    @cached_property
    def _for_programs(self) -> dict[tuple[str, str], Rule]:
        """The rules of views for programs, by method and path, with a slash at the end or without."""
        return {
            (method, path): rule
            for rule in self.url_map.iter_rules()
            if is_for_programs(self.view_functions[rule.endpoint])
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            for path in (rule.rule, f"{rule.rule}/")
        }

    @cached_property
    def _headers(self) -> list[tuple[str, str]]:
        settings: Settings = self.config["SETTINGS"]
        return security_headers.headers_without_view(settings.issuer)

    def _answer_program(
        self, endpoint: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        g.request_id = request_id = request_ids.new_request_id()
        if not self.testing:
            background.start()
        try:
            rate_limiting.check()
            # What makes views for programs of functions gives a response.
            response = cast("Response", self.view_functions[endpoint]())
        except Exception as error:
            return self._answer_trouble(error)(environ, start_response)
        headers = [*response.headers, *self._headers, (request_ids.HEADER, request_id)]
        start_response(response.status, headers)
        return [response.get_data()]

    def _answer_trouble(self, error: Exception) -> Response:
        """What the handlers of Flask make of it, finished as every answer on the long way."""
        try:
            return self.finalize_request(self.handle_user_exception(error))
        except Exception as trouble:
            return self.handle_exception(trouble)
