"""The answer to an authorization request: back to the app, by redirect, by a page, or by a form the browser posts."""

from typing import Any

from authlib.common.urls import add_params_to_uri
from flask import Response, g, make_response, redirect, render_template, request

from ... import fetch_metadata
from ...diagnostics import request_log
from ...extensions import settings
from ..refusals import Refused
from ..requests import PortalRequest
from ..wire import cross_origin, endpoint

# A program on the device may lead on to another of its ports.
LOOPBACK = ("http://127.0.0.1:*", "http://localhost:*")


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
    return _deliver(asked, {"code": code})


def failure(asked: PortalRequest | None, refusal: Refused) -> Response:
    """The error, where the app can read it; a page for the person where nobody may be redirected to."""
    cause = refusal.cause
    if asked is None or asked.validated_redirect_uri is None:
        page = render_template("oauth/refused.html", cause=cause, explained=request_log.is_kept())
        response = make_response(page)
        response.status_code = cause.status if cause.status == 413 else 400
        return response
    return _deliver(asked, endpoint.error_fields(str(refusal.cause.error), refusal.public_for()))


def _deliver(asked: PortalRequest, answer: dict[str, Any]) -> Response:
    state = asked.parameters.get("state")
    parameters = {**answer, **({"state": state} if state else {}), "iss": settings.issuer}
    redirect_uri = asked.validated_redirect_uri
    assert redirect_uri is not None
    if asked.parameters.get("response_mode") == "form_post":
        # This page's only form is ours; where the app leads from there, at any host, is held to this policy, too.
        g.form_action = [*form_action(redirect_uri), redirect_uri.partition(":")[0] + ":"]
        page = render_template("oauth/form_post.html", action=redirect_uri, parameters=parameters)
        return make_response(page)
    location = add_params_to_uri(redirect_uri, list(parameters.items()))
    if _is_held_to_a_form(asked, redirect_uri):
        return _onward(location)
    return redirect(location, 302 if request.method == "GET" else 303)  # type: ignore[return-value]


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
