"""Apps that register themselves (:rfc:`7591`) and manage their registration (:rfc:`7592`)."""

from typing import Any

from flask import Blueprint, Response, request

from ... import network_limits
from ...authentication.access import public
from ...clients import registration
from ...clients.dynamic import initial_tokens
from ...diagnostics import causes, request_log
from ...extensions import settings
from ..refusals import Refused
from ..registration import answer, body, metadata, registering
from ..registration.answer import PATH
from ..wire import bearer, cross_origin
from ..wire.endpoint import as_json, json_of, json_response
from ..wire.registering import ENDPOINT
from ..wire.registering import registering as endpoint

blueprint = Blueprint("oauth_register", __name__)

MANAGED = f"{PATH}/<client_id>"


@blueprint.post(PATH, strict_slashes=False, provide_automatic_options=False)
@endpoint
def register() -> Response:
    """Register an app for whoever may: 201, and all that is registered, with what proves and manages it."""
    if settings.dynamic_registration == "off":
        raise Refused(causes.REGISTRATION_OFF)
    initial_token_id = _check_initial_token() if settings.dynamic_registration == "token" else None
    asked = metadata.understand(_sent())
    network_limits.count(network_limits.APP_REGISTRATIONS, request.remote_addr)
    client, about, secret, token = registering.register(
        asked, initial_token_id=initial_token_id, shown_once=settings.client_secrets_shown_once
    )
    told = answer.describe(client, about, issuer=settings.issuer, token=token, secret=secret)
    request_log.attribute_to(client_id=client.id)
    return json_response(as_json(told), 201)


@blueprint.get(MANAGED, strict_slashes=False, provide_automatic_options=False)
@endpoint
def read(client_id: str) -> Response:
    """What is registered of the app, :rfc:`7592#section-2.1`."""
    client, about, token = _managed(client_id)
    secret = answer.kept_secret(client)
    return json_of(answer.describe(client, about, issuer=settings.issuer, token=token, secret=secret))


@blueprint.put(MANAGED, strict_slashes=False, provide_automatic_options=False)
@endpoint
def replace(client_id: str) -> Response:
    """Replace all metadata of the app, :rfc:`7592#section-2.2`."""
    client, about, token = _managed(client_id)
    sent = _sent()
    request_log.attribute_to(client_id=client.id)
    asked = metadata.understand(sent)
    shown_once = settings.client_secrets_shown_once
    fresh = registering.replace_metadata(client, about, sent, asked, shown_once=shown_once)
    secret = fresh or answer.kept_secret(client)
    return json_of(answer.describe(client, about, issuer=settings.issuer, token=token, secret=secret))


@blueprint.delete(MANAGED, strict_slashes=False, provide_automatic_options=False)
@endpoint
def end(client_id: str) -> Response:
    """End the app with all its tokens, :rfc:`7592#section-2.3`."""
    client, _about, _token = _managed(client_id)
    registration.delete_client(client, actor_id=None)
    return Response(status=204)


@blueprint.route(PATH, methods=["OPTIONS"], strict_slashes=False)
@public
def preflight() -> Response:
    """Let every web page register an app: no cookie counts here."""
    return _permission("POST")


@blueprint.route(MANAGED, methods=["OPTIONS"], strict_slashes=False)
@public
def preflight_of_managed(client_id: str) -> Response:
    """Let every web page manage an app whose token it has."""
    return _permission("GET, PUT, DELETE")


def _permission(methods: str) -> Response:
    response = Response(status=204)
    response.headers.extend(cross_origin.preflight_of_everybody(request.headers, methods))
    return response


def _check_initial_token() -> str:
    token = bearer.header_token()
    if not token:
        raise Refused(causes.INITIAL_TOKEN_MISSING)
    try:
        return initial_tokens.use_token(token)
    except initial_tokens.TokenNotValid as refusal:
        if refusal.token is None:
            raise Refused(causes.INITIAL_TOKEN_UNKNOWN) from None
        ended = initial_tokens.ended_at(refusal.token)
        raise Refused(causes.INITIAL_TOKEN_ENDED, token_name=refusal.token.name, ended_at=ended) from None


def _managed(client_id: str) -> Any:
    """The app, what it says of itself, and the token that was shown for it. Raises :class:`Refused`."""
    token = bearer.sent_token().token
    try:
        client, about = registering.get_managed(client_id, token)
    except Refused as refusal:
        if refusal.cause is not causes.REGISTRATION_GONE:
            request_log.attribute_to(client_id=client_id)
        raise
    request_log.attribute_to(client_id=client.id)
    return client, about, token


def _sent() -> dict[str, Any]:
    request.max_content_length = body.LARGEST
    content = request.get_data()
    if not request.is_json:
        raise Refused(causes.REGISTRATION_NOT_JSON)
    sent = body.read_metadata(content)
    request_log.begin(ENDPOINT, body.to_log(sent))
    return sent
