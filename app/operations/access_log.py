"""The access log: one line a request, without its query and without anything secret."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from json import dumps
from typing import NamedTuple
from urllib.parse import quote

from werkzeug.routing import Rule

from ..masking import SECRET, text

MASK = "[secret]"
MASKS = {"token": MASK, "username": "[name]"}  # by the placeholder of a route: access logs outlive accounts
LONGEST_PATH = (
    300  # characters; with everything else a line stays below what a pipe takes in one piece (4096)
)
LONGEST_AGENT = 200
AS_IT_IS = re.compile(r"[\w/.:@~+,;=!*()-]*", re.ASCII)


class Answered(NamedTuple):
    """A request that was answered; all but the agent are ASCII without blanks, quotes and backslashes."""

    time: str
    request_id: str
    method: str
    path: str
    status: int
    seconds: float
    size: int
    remote: str
    agent: str


def path_writer(rules: Iterable[Rule]) -> Callable[[str], str]:
    """A function from the path of a request to what may be written: ASCII in one piece, tokens and names masked.

    Which paths hold such is read from the routes: those with ``<token>`` or ``<username>``.
    """
    masked = {
        rule.rule.partition(f"<{name}>")[0]: mask
        for rule in rules
        for name, mask in MASKS.items()
        if name in rule.arguments
    }

    def write(path: str) -> str:
        for before, mask in masked.items():
            if path.startswith(before):
                path = before + mask
        if "pf_" in path or "eyJ" in path:
            path = SECRET.sub(MASK, path)
        if AS_IT_IS.fullmatch(path) is None:
            # WSGI hands over the bytes of the path as Latin-1 characters.
            path = quote(path.encode("latin-1", "replace"), safe="/[]:@~+,;=!*()")
        return path if len(path) <= LONGEST_PATH else f"{path[:LONGEST_PATH]}..."

    return write


@lru_cache(maxsize=512)
def cleaned(header: str) -> str:
    """A header's text as ASCII between quotes, which a line may hold as JSON and as text alike."""
    return dumps(text(SECRET.sub(MASK, header[:LONGEST_AGENT])))[:1000]


def as_text(answered: Answered) -> str:
    """``2026-11-24T10:24:48.123Z 203.0.113.7 GET /account 200 5123 12.3ms abc… "agent"``."""
    time, request_id, method, path, status, seconds, size, remote, agent = answered
    return f"{time} {remote} {method} {path} {status} {size} {seconds * 1000:.1f}ms {request_id} {cleaned(agent)}\n"


def as_json(answered: Answered) -> str:
    """The same as an object: of its texts only the agent may hold what JSON has to escape."""
    time, request_id, method, path, status, seconds, size, remote, agent = answered
    return (
        f'{{"time":"{time}","request_id":"{request_id}","method":"{method}","path":"{path}","status":{status},'
        f'"duration_ms":{seconds * 1000:.1f},"bytes":{size},"remote":"{remote}","user_agent":{cleaned(agent)}}}\n'
    )


LINES: dict[str, Callable[[Answered], str] | None] = {"text": as_text, "json": as_json, "off": None}
