"""Where the description is: public, readable by every web page, kept by caches like discovery."""

from flask import Blueprint, Response

from ...authentication.access import public
from ...extensions import settings
from ...oauth.endpoints import metadata
from ...oauth.offered_grants import offered_grants
from ...oauth.wire.endpoint import json_of
from ..document import describe

blueprint = Blueprint("openapi_description", __name__)


@blueprint.get("/openapi.json", strict_slashes=False)
@public
def description() -> Response:
    """Return the description as JSON."""
    discovery = metadata.document(settings, offered_grants())
    told = describe(discovery, documents=metadata.DISCOVERY_PATHS, keys=metadata.JWKS_PATHS)
    response = json_of(told)
    response.headers.extend(metadata.cache_headers())
    return response
