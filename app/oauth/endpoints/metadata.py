"""Discovery (OpenID Connect Discovery 1.0, :rfc:`8414`) and keys, derived from the server's own table."""

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from ... import languages
from ...authentication import methods
from ...authentication.access import public
from ...extensions import settings
from ...scopes import catalogue
from .. import server, wishes
from ..client_authentication.assertions import ALGORITHMS as ASSERTION_ALGORITHMS
from ..client_authentication.methods import METHODS
from ..dpop.keys import ALGORITHMS as DPOP_ALGORITHMS
from ..keys import ring
from ..offered_grants import offered_grants
from ..registration.answer import PATH as REGISTRATION_PATH
from ..tokens import claims

if TYPE_CHECKING:
    from config import Settings

DISCOVERY_PATHS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
JWKS_PATHS = ("/oauth/jwks.json", "/.well-known/jwks.json", "/v1/keys")
MAX_AGE = 300  # seconds; below the time a next key is published before it signs

blueprint = Blueprint("oauth_metadata", __name__)


@blueprint.get(DISCOVERY_PATHS[0], strict_slashes=False)
@blueprint.get(DISCOVERY_PATHS[1], strict_slashes=False)
@public
def discovery() -> Response:
    """Return the discovery document."""
    return _public_json(document(settings, offered_grants()))


@blueprint.get(JWKS_PATHS[0], strict_slashes=False)
@blueprint.get(JWKS_PATHS[1], strict_slashes=False)
@blueprint.get(JWKS_PATHS[2], strict_slashes=False)
@public
def jwks() -> Response:
    """The public keys: the current, the next, those still needed to verify (:rfc:`7517`)."""
    ring.current().refresh_published()
    return _public_json(ring.current().jwks)


def document(settings: "Settings", grants: Sequence[str]) -> dict[str, Any]:
    """The discovery document; every entry works."""
    issuer = settings.issuer
    confidential = [method for method in METHODS if method != "none"]
    is_open = settings.dynamic_registration != "off"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "device_authorization_endpoint": f"{issuer}/oauth/device_authorization",
        "userinfo_endpoint": f"{issuer}/oauth/userinfo",
        "jwks_uri": f"{issuer}/oauth/jwks.json",
        "end_session_endpoint": f"{issuer}/oauth/logout",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        **({"registration_endpoint": f"{issuer}{REGISTRATION_PATH}"} if is_open else {}),
        "pushed_authorization_request_endpoint": f"{issuer}/oauth/par",
        **({"require_pushed_authorization_requests": True} if settings.pushed_requests == "required" else {}),
        "scopes_supported": list(catalogue.BUILT_IN),
        "response_types_supported": list(server.RESPONSE_TYPES),
        "response_modes_supported": list(wishes.RESPONSE_MODES),
        "grant_types_supported": list(grants),
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(ring.ALGORITHMS),
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ASSERTION_ALGORITHMS),
        "introspection_signing_alg_values_supported": list(ring.ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
        "acr_values_supported": list(methods.ACR_VALUES),
        "prompt_values_supported": list(wishes.offered_prompts(settings.registration)),
        "display_values_supported": ["page", "popup", "touch"],
        "claims_supported": list(claims.NAMES),
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": list(languages.NAMES),
        "service_documentation": f"{issuer}/",
    }


def cache_headers() -> Iterable[tuple[str, str]]:
    """Return the headers by which any web page may read these documents (CORS), and caches keep them for MAX_AGE."""
    return (
        ("Access-Control-Allow-Origin", "*"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("Cache-Control", f"public, max-age={MAX_AGE}"),
    )


def _public_json(payload: dict[str, Any]) -> Response:
    response = Response(json.dumps(payload), mimetype="application/json")
    response.headers.extend(cache_headers())
    return response
