"""A name for every request, on its answer, its pages and its lines in the log."""

import secrets
from base64 import b32encode

from flask import Flask, Response, g

HEADER = "X-Request-Id"


def new_request_id() -> str:
    """20 letters and digits of 100 random bits: nobody finds somebody else's failure page by guessing."""
    return b32encode(secrets.token_bytes(13))[:20].decode().lower()


def current() -> str:
    """The id of this request: 20 letters and digits made by us, never what a caller sent."""
    if "request_id" not in g:
        g.request_id = new_request_id()
    request_id: str = g.request_id
    return request_id


def configure(app: Flask) -> None:
    """Give every request an id and send it as ``X-Request-Id``."""
    app.before_request(_begin)
    app.after_request(_name)


def _begin() -> None:
    current()


def _name(response: Response) -> Response:
    response.headers[HEADER] = current()
    return response
