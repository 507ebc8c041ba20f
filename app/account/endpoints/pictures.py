"""The pictures of people, for whoever has the address: pages of ours, apps, and the pages of apps."""

from flask import Blueprint, Response, request

from ...authentication.access import for_programs
from ...users.pictures import find_picture

blueprint = Blueprint("account_pictures", __name__)

# Another picture has another address. A day, since one that was removed has to be gone from caches, too.
HEADERS = {
    "Cache-Control": "public, max-age=86400, immutable",
    "Content-Disposition": "inline",
    # An image and nothing else, whatever a browser takes it for.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    # Apps show it on pages of their own, and may draw it on a canvas.
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


@blueprint.get("/pictures/<picture_id>.webp")
@for_programs
def show(picture_id: str) -> Response:
    """A picture; 404 in plain text where there is none, since a page would cost more than the picture."""
    content = find_picture(picture_id)
    if content is None:
        return Response("There is no picture at this address.\n", 404, mimetype="text/plain")
    response = Response(content, headers=HEADERS, mimetype="image/webp")
    response.set_etag(picture_id)
    response.make_conditional(request)
    return response
