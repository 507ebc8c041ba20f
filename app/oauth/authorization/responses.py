"""The answer to an authorization request: back to the app, by redirect, by a page, or by a form the browser posts."""

from collections.abc import Mapping
from urllib.parse import urlencode
from wsgiref.types import WSGIEnvironment

from flask import Response, g, make_response, render_template, request
from flask_login import current_user
from werkzeug.datastructures import Headers
from werkzeug.utils import redirect  # Flask's own knows one class of responses

from ... import fetch_metadata
from ...diagnostics import causes, request_log
from ...diagnostics.causes import Cause
from ...extensions import settings
from ...uris import read_uri
from ..refusals import Refused
from ..requests import PortalRequest
from ..wire import cross_origin, endpoint
from . import pushed, used_apps

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
        of_nobody = not request_log.is_attributed()
        explained = request_log.is_kept()
        page = render_template(
            "oauth/refused.html",
            cause=cause,
            explained=explained,
            of_nobody=of_nobody,
            is_over=cause in pushed.OVER,
            is_unknown=cause is causes.CLIENT_UNKNOWN,
        )
        response = make_response(page)
        response.status_code = cause.status if cause.status == 413 else 400
        return response
    error = endpoint.error_fields(*(cause.at_authorization or (str(cause.error), refusal.public_for())))
    told = {} if asked.client.errors_without_iss else {"iss": settings.issuer}
    if not _may_lead_back(asked):
        return _held_back(asked, {**error, **told}, cause)
    return _deliver(asked, {**error, **told})


def _may_lead_back(asked: PortalRequest) -> bool:
    """Whether an error may send this person to the app at once.

    Anybody may register an app, and an error needs nobody's yes: the portal's address would lead strangers anywhere
    (:rfc:`9700#section-4.11.2`).
    """
    is_known = current_user.is_authenticated or used_apps.is_used(asked.client.id)
    return asked.client.is_vouched_for or is_known or (_is_silent(asked) and fetch_metadata.is_framed())


def _held_back(asked: PortalRequest, answer: dict[str, str], cause: Cause) -> Response:
    """A page that says why, and leaves the way back to the person."""
    parameters, redirect_uri = _with_state(asked, answer)
    posts = asked.parameters.get("response_mode") == "form_post"
    g.form_action = form_action(redirect_uri)
    page = render_template(
        "oauth/held_back.html",
        cause=cause,
        client=asked.client,
        host=host_of(redirect_uri),
        action=redirect_uri if posts else with_parameters(redirect_uri, parameters),
        fields=parameters if posts else {},
        explained=request_log.is_kept(),
    )
    return make_response(page, 400)


def _deliver(asked: PortalRequest, answer: dict[str, str]) -> Response:
    parameters, redirect_uri = _with_state(asked, answer)
    if asked.parameters.get("response_mode") == "form_post":
        # This page's only form is ours; where the app leads from there, at any host, is held to this policy, too.
        g.form_action = [*form_action(redirect_uri), redirect_uri.partition(":")[0] + ":"]
        page = render_template("oauth/form_post.html", action=redirect_uri, parameters=parameters)
        return make_response(page)
    return lead_to(with_parameters(redirect_uri, parameters), redirect_uri, is_silent=_is_silent(asked))


def lead_to(location: str, redirect_uri: str, *, is_silent: bool = False) -> Response:
    """Send the browser to ``location``, which is ``redirect_uri`` with parameters: by a page where a redirect would be blocked."""
    if not is_silent and _is_held_to_a_form(redirect_uri):
        return _onward(location)
    return redirect(location, 302 if request.method == "GET" else 303, ToTheApp)  # type: ignore[return-value]


def _with_state(asked: PortalRequest, answer: dict[str, str]) -> tuple[dict[str, str], str]:
    """What the app is told, its state as it came, and where."""
    assert asked.validated_redirect_uri is not None
    state = asked.parameters.get("state")
    return {**answer, **({"state": state} if state else {})}, asked.validated_redirect_uri


def host_of(uri: str) -> str:
    """Where the person will be sent, as they can recognise it."""
    parts = read_uri(uri)
    return (parts and parts.netloc) or f"{uri.partition(':')[0].lower()}:"


def _is_silent(asked: PortalRequest) -> bool:
    """Whether the app forbids to show the person anything."""
    return "none" in asked.parameters.get("prompt", "").split()


def with_parameters(uri: str, parameters: Mapping[str, str]) -> str:
    """``uri`` with ``parameters`` behind its own query, of which every byte stays (:rfc:`6749#section-3.1.2`)."""
    separator = "?" if "?" not in uri else "" if uri.endswith(("?", "&")) else "&"
    return f"{uri}{separator}{urlencode(parameters)}"


def _is_held_to_a_form(redirect_uri: str) -> bool:
    """Whether the browser came by a form of ours, whose policy cannot name all hops that follow a redirect."""
    origin = cross_origin.origin(redirect_uri) or ""
    return (origin.startswith("https:") or "[" in origin) and fetch_metadata.is_navigation_from_here()


def _onward(location: str) -> Response:
    """A page that leads on by itself: what it opens comes from no form any more."""
    response = make_response(render_template("oauth/onward.html", address=location))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
