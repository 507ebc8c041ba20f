"""A name for every request, on its answer, its pages and its lines in the log."""

from flask import Response, g

from ..crypto import new_request_id

HEADER = "X-Request-Id"


def current() -> str:
    """The id of this request: 20 letters and digits made by us, never what a caller sent."""
    if "request_id" not in g:
        g.request_id = new_request_id()
    request_id: str = g.request_id
    return request_id


def begin() -> None:
    """Give the request its id."""
    current()


def send_to_program(headers: list[tuple[str, str]]) -> None:
    """Send the id as ``X-Request-Id``."""
    headers.append((HEADER, current()))


def send(response: Response) -> Response:
    """Send the id as ``X-Request-Id``."""
    response.headers[HEADER] = current()
    return response
