"""A token for an app's own credentials: client_credentials in the words of an older token server."""

from authlib.oauth2 import OAuth2Error
from flask import Blueprint, Response, abort, jsonify, request
from werkzeug.datastructures import MultiDict

from ...authentication.access import public
from ...database.trouble import again_if_lost
from ...diagnostics import causes, request_log
from ...extensions import settings
from ...oauth.dpop import nonces
from ...oauth.refusals import Refused
from ...oauth.requests import PortalRequest
from ...oauth.server import server
from ...oauth.wire import attribution
from ...oauth.wire.endpoint import FORM, not_form
from ..bodies import read_object
from ..refusals import ApiRefused

blueprint = Blueprint("api_authorize", __name__)

NAME = "api/authorize"  # in the log
CREDENTIALS = ("client_id", "client_secret")


@blueprint.post("/api/authorize", strict_slashes=False)
@public
def authorize() -> Response:
    """Issue a token: ``client_id`` and ``token``; whatever speaks against it is one 401, its app's log knows more."""
    sent = _sent()
    request_log.begin(NAME, sent.items(multi=True))
    parameters = MultiDict({"grant_type": "client_credentials"})
    parameters.update(sent)
    asked = PortalRequest("POST", request.path, request.headers, parameters)
    try:
        asked.check_form()
        issued = again_if_lost(lambda: _issue(asked))
    except OAuth2Error as error:
        return _refuse(error)
    answer = issued.get_json()
    response = jsonify(success=True, client_id=asked.client.id, token=answer["access_token"])
    response.headers.update(asked.proof.headers if asked.proof else {})
    return response


def _issue(asked: PortalRequest) -> Response:
    """Return what the token endpoint answers; a DPoP proof is used up, which is all that is written."""
    try:
        issued = server().create_token_response(asked)
        asked.commit()
    finally:
        asked.close()
    return issued


def _sent() -> MultiDict[str, str]:
    """The credentials, of a form or of a JSON object."""
    if request.mimetype == FORM or not (request.mimetype or request.content_length):
        fields = [(name, text) for name in CREDENTIALS for text in request.form.getlist(name)]
        return MultiDict(fields)
    if not request.is_json:
        request_log.begin(NAME)
        _note(not_form())
        abort(415)
    document = read_object()
    found = [(name, document[name]) for name in CREDENTIALS if name in document]
    for name, value in found:
        if not isinstance(value, str):
            raise ApiRefused(422, "field_invalid", f"The field {name} must be a text.")
    return MultiDict(found)


def _refuse(error: OAuth2Error) -> Response:
    refusal = (
        error if isinstance(error, Refused) else Refused(causes.PARAMETER_MALFORMED, parameter="request")
    )
    _note(refusal)
    response = jsonify(success=False)
    response.status_code = 401
    response.headers["WWW-Authenticate"] = f'Basic realm="{settings.issuer}"'
    if refusal.cause is causes.DPOP_NONCE_WANTED:
        response.headers[nonces.HEADER] = nonces.current_nonce()
    return response


def _note(refusal: Refused) -> None:
    """Write why into the log of the app."""
    attribution.attribute(refusal.cause)
    request_log.refused(refusal.cause, **refusal.facts)
