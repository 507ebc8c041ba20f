"""The Flask application, with fewer steps around a view that is for programs.

A program brings no cookie, reads no language and posts no form of ours. So a view that says it is for programs
(:func:`app.authentication.access.for_programs`) gets its own two tables of steps, before and after it, instead of
those of pages. Only methods that Flask documents are overridden: ``wsgi_app`` spares 40 µs of about 900 µs that a
`client_credentials` request takes, ``create_url_adapter`` 25 (docs/decisions/0007-short-way.md).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, cast
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, Request, Response, g
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, Rule

from ..authentication.access import is_for_programs
from ..connections.limits import body_limit
from . import lost_transactions, second_clicks

Headers = list[tuple[str, str]]


class PortalRequest(Request):
    """A request, whose body may be as large as its page says."""

    def __init__(
        self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False
    ) -> None:
        super().__init__(environ, populate_request, shallow)
        self.max_content_length = body_limit(self.path)


class Portal(Flask):
    """Flask, with ``before_programs`` and ``after_programs`` as the steps around views for programs."""

    request_class = PortalRequest
    before_programs: Sequence[Callable[[], object]] = ()
    after_programs: Sequence[Callable[[Headers], None]] = ()

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``func`` as it is: no view is a coroutine, and Flask asks many times a request."""
        return func

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, from the first step to the last."""
        rule = self._rule_for_programs(environ)
        if rule is None:
            return super().wsgi_app(environ, start_response)
        with self.request_context(environ):
            return self._answer_program(rule.endpoint, environ, start_response)

    def refuse(
        self, error: HTTPException, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """Answer with the page of an error, before any view or hook of a page is asked, and without the database."""
        with self.request_context(environ):
            g.without_database = True
            try:
                self._prepare_program()
            except HTTPException as reached:
                error = reached
            return self._answer_trouble(error)(environ, start_response)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Give a request for programs the rule that its path names; nothing is left to match or to build then."""
        rule = None if request is None else self._rule_for_programs(request.environ)
        if request is None or rule is None:
            return super().create_url_adapter(request)
        request.url_rule, request.view_args = rule, {}
        return None

    def dispatch_request(self) -> ResponseReturnValue:
        """Answer a page, also where a cluster undid its transaction once."""
        return lost_transactions.until_kept(super().dispatch_request)

    def process_response(self, response: Response) -> Response:
        """Finish an answer with the cookies of the session, and keep what a second click is to get."""
        return second_clicks.finish(super().process_response(response))

    def _rule_for_programs(self, environ: WSGIEnvironment) -> Rule | None:
        return self._for_programs.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))

    @cached_property
    def _for_programs(self) -> dict[tuple[str, str], Rule]:
        """The rules of views for programs, by method and path, with a slash at the end or without."""
        return {
            (method, path): rule
            for rule in self.url_map.iter_rules()
            if not rule.arguments and is_for_programs(self.view_functions[rule.endpoint])
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
            for path in (rule.rule, f"{rule.rule}/")
        }

    def _answer_program(
        self, endpoint: str, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        try:
            self._prepare_program()
            # What makes views for programs of functions gives a response.
            response = cast("Response", self.view_functions[endpoint]())
        except Exception as error:
            return self._answer_trouble(error)(environ, start_response)
        headers = list(response.headers)
        for finish in self.after_programs:
            finish(headers)
        start_response(response.status, headers)
        return [response.get_data()]

    def _prepare_program(self) -> None:
        for prepare in self.before_programs:
            prepare()

    def _answer_trouble(self, error: Exception) -> Response:
        """What the error handlers make of it, finished as a page is."""
        try:
            return self.finalize_request(self.handle_user_exception(error))
        except Exception as trouble:
            return self.handle_exception(trouble)
