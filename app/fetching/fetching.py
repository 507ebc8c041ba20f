"""Fetch a JSON document, or hand over a form, at an address that a stranger wrote."""

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from http.client import HTTPResponse
from typing import Any
from urllib.parse import urlencode

from .answers import exchange
from .deadlines import Deadline
from .refusals import FetchFailed
from .targets import read_target

SECONDS = 3.0  # for all of it
LARGEST_DOCUMENT = 5 * 1024  # bytes

_JSON = re.compile(r"application/(?:[\w.!#$&^-]+\+)?json", re.ASCII)
_DIRECTIVE = re.compile(r'([\w-]+)\s*(?:=\s*"?([^",]*)"?)?', re.ASCII)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document, and for how many seconds its server lets it be kept; None where it says nothing."""

    value: Any
    max_age: int | None


def fetch_json(
    url: str, allowed: Collection[str] | None, *, most: int = LARGEST_DOCUMENT, seconds: float = SECONDS
) -> Fetched:
    """Return the JSON document at ``url``, of at most ``most`` bytes.

    ``allowed`` is ``settings.fetch_allow``: each ``host:port`` that need not be public. May take ``seconds``: never within a transaction of the database.
    Raises :class:`FetchFailed`.
    """
    target = read_target(url, allowed)
    headers = {"Accept": "application/json"}
    answer, body = exchange(target, Deadline(seconds), "GET", headers, b"", most)
    content_type = answer.headers.get("Content-Type", "")
    if not _JSON.fullmatch(content_type.partition(";")[0].strip().lower()):
        raise FetchFailed("not_json", host=target.host, content_type=content_type)
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise FetchFailed("not_json", host=target.host, content_type=content_type) from None
    return Fetched(value, _max_age(answer))


def post_form(
    url: str, fields: Mapping[str, str], allowed: Collection[str] | None, *, seconds: float = SECONDS
) -> int:
    """Send ``fields`` as a form to ``url`` and return the status of the answer, whose body is not read.

    As :func:`fetch_json` in all else; 3xx is refused as ``redirected``, every other status is the caller's to judge.
    """
    target = read_target(url, allowed)
    body = urlencode(fields).encode("ascii")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
    answer, _nothing = exchange(target, Deadline(seconds), "POST", headers, body, 0)
    return answer.status


def _refuse_constant(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are no JSON


def _max_age(answer: HTTPResponse) -> int | None:
    """What Cache-Control says, less the Age that a cache on the way adds (:rfc:`9111#section-4.2`)."""
    said = dict(_DIRECTIVE.findall(",".join(answer.headers.get_all("Cache-Control") or []).lower()))
    if {"no-store", "no-cache"} & said.keys():
        return 0
    seconds = _number(said.get("max-age"))
    return None if seconds is None else max(0, seconds - (_number(answer.headers.get("Age")) or 0))


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,10}", text.strip()) else None
