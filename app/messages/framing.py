"""Frames of the TCP transport of NestJS: ``<length>#<json>``, the length counted as JavaScript counts."""

import codecs
import json
import math
from collections.abc import Iterator
from typing import Any

LONGEST_FRAME = 32 * 1024  # UTF-16 units; the longest honest frame carries an access token
MOST_DIGITS = len(str(LONGEST_FRAME))
LENGTH_ENDS = "#"


class Malformed(Exception):
    """What was received is no frame, or no packet in it; ``reason`` is a word for the log and the counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Frames:
    """Takes bytes as they arrive and gives the texts of the frames that are complete."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._digits = ""
        self._missing = 0
        self._parts: list[str] = []

    @property
    def is_amid_frame(self) -> bool:
        """Whether a frame has begun to arrive and not yet ended."""
        return bool(self._digits or self._missing or self._decoder.getstate()[0])

    def feed(self, data: bytes) -> Iterator[str]:
        """The texts of the frames that ``data`` completes. Raises :class:`Malformed`."""
        try:
            text = self._decoder.decode(data)
        except UnicodeDecodeError:
            raise Malformed("not_utf8") from None
        at = 0
        while at < len(text):
            if not self._missing:
                at = self._read_length(text, at)
                continue
            at = self._read_text(text, at)
            if not self._missing:
                yield "".join(self._parts)
                self._parts = []

    def _read_length(self, text: str, at: int) -> int:
        most = at + MOST_DIGITS + 1
        end = text.find(LENGTH_ENDS, at, most)
        digits = self._digits + (text[at:most] if end < 0 else text[at:end])
        if not (digits.isascii() and digits.isdigit()):
            raise Malformed("length")
        if len(digits) > MOST_DIGITS or int(digits) > LONGEST_FRAME:
            raise Malformed("too_long")
        if end < 0:
            self._digits = digits
            return len(text)
        self._digits, self._missing = "", int(digits)
        if not self._missing:
            raise Malformed("length")
        return end + 1

    def _read_text(self, text: str, at: int) -> int:
        """Take as much as the frame still misses: characters beyond the BMP count twice, as in JavaScript."""
        part = text[at : at + self._missing]
        units = part.encode("utf-16-le")
        if len(units) > 2 * self._missing:
            units = units[: 2 * self._missing]
            try:
                part = units.decode("utf-16-le")
            except UnicodeDecodeError:
                raise Malformed("length") from None  # it ends amid a character
        self._missing -= len(units) // 2
        self._parts.append(part)
        return at + len(part)


def read_packet(text: str) -> dict[str, Any]:
    """The packet in a frame. Raises :class:`Malformed`."""
    try:
        packet = json.loads(text, parse_float=_finite, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Malformed("not_json") from None
    if not isinstance(packet, dict) or isinstance(packet.get("id"), dict | list):
        raise Malformed("no_packet")
    return packet


def frame(packet: dict[str, Any]) -> bytes:
    """``packet`` as a frame; in ASCII, so that bytes, characters and UTF-16 units are the same number."""
    text = json.dumps(packet, separators=(",", ":"), allow_nan=False)
    return f"{len(text)}{LENGTH_ENDS}{text}".encode("ascii")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _refuse(name: str) -> Any:
    raise ValueError(name)
