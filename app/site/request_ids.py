"""A name for every request, on its answer, its pages and its lines in the log."""

import secrets
from string import ascii_lowercase

from flask import Response, g

HEADER = "X-Request-Id"
_LETTERS = f"{ascii_lowercase}234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]


def new_request_id() -> str:
    """20 letters and digits of 100 random bits: nobody finds somebody else's failure page by guessing."""
    number = secrets.randbits(100)
    return "".join([_PAIRS[number >> shift & 1023] for shift in range(0, 100, 10)])


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
