"""A name for every request, on its answer, its pages and its lines in the log."""

import base64
import logging
import secrets

from flask import Flask, Response, g, has_request_context

HEADER = "X-Request-Id"


def new_request_id() -> str:
    """20 letters and digits of 100 random bits: nobody finds somebody else's failure page by guessing."""
    return base64.b32encode(secrets.token_bytes(13)).decode("ascii").lower()[:20]


def current() -> str:
    """The id of this request: 20 letters and digits made by us, never what a caller sent."""
    if "request_id" not in g:
        g.request_id = new_request_id()
    request_id: str = g.request_id
    return request_id


class InLog(logging.Filter):
    """Puts the request id before every line that is logged while answering."""

    def filter(self, record: logging.LogRecord) -> bool:
        if has_request_context():
            record.msg = f"[{current()}] {record.msg}"
        return True


def configure(app: Flask) -> None:
    """Give every request an id and send it as ``X-Request-Id``."""
    app.before_request(_begin)
    app.after_request(_name)
    if not any(isinstance(found, InLog) for found in app.logger.filters):
        app.logger.addFilter(InLog())


def _begin() -> None:
    current()


def _name(response: Response) -> Response:
    response.headers[HEADER] = current()
    return response
