"""The address of the page for a code as a picture, so that people need not type it where the device can show one."""

import io

import segno
from flask import Blueprint, Response, abort, request

from ...authentication.access import public
from ...extensions import settings
from ..tokens import user_codes

blueprint = Blueprint("oauth_device_qr", __name__)

MODULE = 8  # units of the picture for each square
BORDER = 4  # squares, as ISO/IEC 18004 wants them


@blueprint.get("/device/qr")
@public
def picture() -> Response:
    """``verification_uri_complete`` of ``?user_code=`` as SVG; whether there is such a code is not looked up."""
    code = user_codes.read(request.args.get("user_code", ""))
    if code is None:
        abort(404)
    address = f"{settings.issuer}/device?user_code={user_codes.shown(code)}"
    svg = io.BytesIO()
    symbol = segno.make(address, error="m", micro=False)
    symbol.save(
        svg, "svg", scale=MODULE, border=BORDER, dark="#000", light="#fff", xmldecl=False, lineclass=None
    )
    response = Response(svg.getvalue(), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "no-store"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # the page of a device is its app's
    return response
