"""The answer to an authorization request: back to the app, by redirect or by a form the browser posts."""

from typing import Any

from authlib.common.urls import add_params_to_uri
from flask import Response, g, make_response, redirect, render_template, request

from ..diagnostics import request_log
from ..extensions import settings
from . import cross_origin
from .refusals import Refused
from .requests import PortalRequest


def form_action(redirect_uri: str) -> str:
    """What a page's ``form-action`` must name, so that browsers let the app's answer through."""
    return cross_origin.origin(redirect_uri) or redirect_uri.partition(":")[0] + ":"


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
    from .wire import told

    return _deliver(asked, told(str(refusal.cause.error), refusal.public_for()))


def _deliver(asked: PortalRequest, answer: dict[str, Any]) -> Response:
    state = asked.parameters.get("state")
    parameters = {**answer, **({"state": state} if state else {}), "iss": settings.issuer}
    redirect_uri = asked.validated_redirect_uri
    assert redirect_uri is not None
    g.form_action = [form_action(redirect_uri)]
    if asked.parameters.get("response_mode") == "form_post":
        page = render_template("oauth/form_post.html", action=redirect_uri, parameters=parameters)
        return make_response(page)
    location = add_params_to_uri(redirect_uri, list(parameters.items()))
    return redirect(location, 302 if request.method == "GET" else 303)  # type: ignore[return-value]
