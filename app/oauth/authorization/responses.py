"""The answer to an authorization request: back to the app, by redirect, by a page, or by a form the browser posts."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from wsgiref.types import WSGIEnvironment

from flask import Response, g, make_response, render_template, request
from werkzeug.datastructures import Headers
from werkzeug.utils import redirect  # Flask's own knows one class of responses

from ... import fetch_metadata
from ...diagnostics import request_log
from ...extensions import settings
from ..refusals import Refused
from ..requests import PortalRequest
from ..wire import cross_origin, endpoint

# A program on the device may lead on to another of its ports.
LOOPBACK = ("http://127.0.0.1:*", "http://localhost:*")


class ToTheApp(Response):
    """A redirect to the very address that is registered; Werkzeug would write that of a private scheme anew."""

    def get_wsgi_headers(self, environ: WSGIEnvironment) -> Headers:
        """The headers, with the address as it is: ASCII and of one line, as the rules of redirect URIs see to."""
        headers = super().get_wsgi_headers(environ)
        headers["Location"] = self.headers["Location"]
        return headers


def form_action(redirect_uri: str) -> list[str]:
    """What a page's ``form-action`` must name, so that browsers let the app's answer through."""
    origin = cross_origin.origin(redirect_uri)
    if origin is None:
        return [redirect_uri.partition(":")[0] + ":"]
    if "[" in origin:
        return []  # a policy cannot name IPv6 addresses
    return [origin, *LOOPBACK] if origin.startswith("http:") else [origin]


def success(asked: PortalRequest, code: str) -> Response:
    """The code, the state as it came, and who answers (:rfc:`9207`)."""
    return _deliver(asked, {"code": code, "iss": settings.issuer})


def failure(asked: PortalRequest | None, refusal: Refused) -> Response:
    """The error, where the app can read it; a page for the person where nobody may be redirected to."""
    cause = refusal.cause
    if asked is None or asked.validated_redirect_uri is None:
        page = render_template("oauth/refused.html", cause=cause, explained=request_log.is_kept())
        response = make_response(page)
        response.status_code = cause.status if cause.status == 413 else 400
        return response
    error = endpoint.error_fields(str(refusal.cause.error), refusal.public_for())
    told = {} if asked.client.errors_without_iss else {"iss": settings.issuer}
    return _deliver(asked, {**error, **told})


def _deliver(asked: PortalRequest, answer: dict[str, Any]) -> Response:
    state = asked.parameters.get("state")
    parameters = {**answer, **({"state": state} if state else {})}
    redirect_uri = asked.validated_redirect_uri
    assert redirect_uri is not None
    if asked.parameters.get("response_mode") == "form_post":
        # This page's only form is ours; where the app leads from there, at any host, is held to this policy, too.
        g.form_action = [*form_action(redirect_uri), redirect_uri.partition(":")[0] + ":"]
        page = render_template("oauth/form_post.html", action=redirect_uri, parameters=parameters)
        return make_response(page)
    location = with_parameters(redirect_uri, parameters)
    if _is_held_to_a_form(asked, redirect_uri):
        return _onward(location)
    return redirect(location, 302 if request.method == "GET" else 303, ToTheApp)  # type: ignore[return-value]


def with_parameters(uri: str, parameters: Mapping[str, str]) -> str:
    """``uri`` with ``parameters`` behind its own query, of which every byte stays (:rfc:`6749#section-3.1.2`)."""
    separator = "?" if "?" not in uri else "" if uri.endswith(("?", "&")) else "&"
    return f"{uri}{separator}{urlencode(parameters)}"


def _is_held_to_a_form(asked: PortalRequest, redirect_uri: str) -> bool:
    """Whether the browser came by a form of ours, whose policy cannot name all hops that follow a redirect."""
    origin = cross_origin.origin(redirect_uri) or ""
    silent = "none" in asked.parameters.get("prompt", "").split()
    return (
        (origin.startswith("https:") or "[" in origin)
        and not silent
        and fetch_metadata.is_navigation_from_here()
    )


def _onward(location: str) -> Response:
    """A page that leads on by itself: what it opens comes from no form any more."""
    response = make_response(render_template("oauth/onward.html", address=location))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
