"""What browsers bring to an endpoint that apps send people to, and how they are led on."""

from flask import current_app, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from ...diagnostics import causes
from ..refusals import Refused

LONGEST_URL = 8000  # characters of an address of ours; gunicorn takes few more


def sent_parameters() -> MultiDict[str, str]:
    """The parameters of the query, or of the form where there is one. Raises :class:`Refused`."""
    try:
        return request.form if request.method == "POST" and request.form else request.args
    except RequestEntityTooLarge:
        raise Refused(causes.BODY_TOO_LARGE, limit=current_app.config["MAX_CONTENT_LENGTH"]) from None


def lead_to(url: str) -> Response:
    """Lead to ``url``, a path of ours with its query. Raises :class:`Refused` where it is too long."""
    if len(url) > LONGEST_URL:
        raise Refused(causes.REQUEST_TOO_LONG, length=len(url), limit=LONGEST_URL)
    return redirect(url, 303)
