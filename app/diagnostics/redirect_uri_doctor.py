"""The redirect-URI doctor: which registered one was meant, and where the two differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from .uri_spans import Span, shared_beginning, spans_of

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_COMPARED = 2000  # characters; strangers choose what is sent
DEFAULT_PORTS = {"http": 80, "https": 443}
NO_PORT = -1  # 99999, or letters


@dataclass(frozen=True)
class Comparison:
    """Two redirect URIs beside each other."""

    sent: str
    registered: str
    differs: tuple[str, ...]
    """Keys of :data:`app.diagnostics.causes.hints.WORDS`."""
    sent_spans: tuple[Span, ...]
    registered_spans: tuple[Span, ...]


def facts(sent: str, registered: Sequence[str]) -> dict[str, Any]:
    """The facts of the cause ``redirect_uri_unregistered``."""
    nearest = find_nearest(sent, registered)
    hint = "nearest_registered" if nearest else "none_registered"
    told = {"nearest": nearest.registered, "differs": list(nearest.differs)} if nearest else {}
    return {"sent": sent, "hint": hint, **told}


def find_nearest(sent: str, registered: Sequence[str]) -> Comparison | None:
    """``sent`` beside the registered URI that shares the most with it; None where none is registered."""
    sent = sent[:LONGEST_COMPARED]
    if not registered:
        return None
    return compare(sent, max(registered, key=lambda uri: _likeness(sent, uri)))


def compare(sent: str, registered: str) -> Comparison:
    """Both URIs, cut where they differ, and the names of the differences."""
    differs = tuple(_differences(sent, registered))
    return Comparison(sent, registered, differs, spans_of(sent, registered), spans_of(registered, sent))


def _differences(sent: str, registered: str) -> list[str]:
    if sent != sent.strip() and sent.strip() == registered:
        return ["white_space_around"]
    if unquote(sent) == registered and sent != registered:
        return ["encoded_twice"]
    one, other = _split(sent), _split(registered)
    if one is None or other is None:
        return ["path"]
    found = []
    if one.scheme != other.scheme:
        found.append("scheme")
    found += _host_differences(one, other)
    if _port(one) != _port(other) and (one.scheme == other.scheme or _has_port(one) or _has_port(other)):
        found.append("port")
    found += _path_differences(one.path, other.path)
    if one.query != other.query:
        found.append("query")
    if one.fragment != other.fragment:
        found.append("fragment")
    return list(dict.fromkeys(found)) or ["letter_case"]


def _host_differences(one: SplitResult, other: SplitResult) -> list[str]:
    here, there = one.hostname or "", other.hostname or ""
    if here == there:
        return ["letter_case"] if _netloc_letters(one) != _netloc_letters(other) else []
    if {here, there} <= LOOPBACK:
        return ["loopback_name"]
    return ["subdomain"] if here.removeprefix("www.") == there.removeprefix("www.") else ["host"]


def _path_differences(here: str, there: str) -> list[str]:
    if here == there:
        return []
    if here.rstrip("/") == there.rstrip("/"):
        return ["trailing_slash"]
    if here.lower() == there.lower():
        return ["letter_case"]
    return ["path", "trailing_slash"] if here.endswith("/") != there.endswith("/") else ["path"]


def _likeness(sent: str, registered: str) -> tuple[int, int]:
    """How much two URIs share: first by their parts, then by the letters they begin and end with."""
    one, other = _split(sent.strip().lower()), _split(registered.lower())
    letters = shared_beginning(sent, registered) + shared_beginning(sent[::-1], registered[::-1])
    if one is None or other is None:
        return 0, letters
    here, there = one.hostname, other.hostname
    same_host = here == there or {here, there} <= LOOPBACK
    parts = 4 * same_host + 3 * (one.path.rstrip("/") == other.path.rstrip("/"))
    return parts + (one.scheme == other.scheme) + (_port(one) == _port(other)), letters


def _split(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        _ = parts.hostname
    except ValueError:
        return None
    return parts


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        return NO_PORT
    return DEFAULT_PORTS.get(parts.scheme) if port is None else port


def _has_port(parts: SplitResult) -> bool:
    return ":" in parts.netloc.rpartition("@")[2].rpartition("]")[2]


def _netloc_letters(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2].partition(":")[0]
