"""When a request is all there.

This decides only when a thread takes it. What it says is decided by gunicorn's parser, which is given every byte
and nothing but these: where the two disagree, the parser finds the request cut off and refuses it.
"""

import re
from enum import Enum

from .chunks import Chunks, ChunksMalformed, ChunksTooLarge
from .limits import HEAD_LIMIT, body_limit

HEAD_ENDS = b"\r\n\r\n"
FRAMING = re.compile(rb"\r\n(content-length|transfer-encoding|expect)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
BARE_LF = re.compile(rb"(?<!\r)\n")


class State(Enum):
    """How far a request has come."""

    HEAD = "head"
    BODY = "body"
    WHOLE = "whole"
    MALFORMED = "malformed"
    """The parser refuses it, at once and without the rest."""
    LENGTH_TOO_LARGE = "length too large"
    """Its Content-Length says so: the portal's own page answers 413, and nobody reads the body."""
    HEAD_TOO_LARGE = "head too large"
    CHUNKS_TOO_LARGE = "chunks too large"


FOR_A_THREAD = (State.WHOLE, State.MALFORMED, State.LENGTH_TOO_LARGE)


class Arrival:
    """A request on its way, as far as it has arrived."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.state = State.HEAD
        self.expects_continue = False
        """Whether the client sends the body only when it is told to (Expect: 100-continue)."""
        self._whole_at = 0
        self._chunks: Chunks | None = None

    @property
    def has_begun(self) -> bool:
        """Whether there is more than the empty line that old clients send behind a body."""
        return bool(self.data.strip(b"\r\n")) if len(self.data) < len(HEAD_ENDS) else True

    def feed(self, data: bytes) -> State:
        """Add what has arrived; how far the request has come with it."""
        before = len(self.data)
        self.data += data
        if self.state is State.HEAD:
            self.state = self._look_for_head(before)
        if self.state is State.BODY:
            self.state = self._look_for_body()
        return self.state

    def _look_for_head(self, before: int) -> State:
        end = self.data.find(HEAD_ENDS, max(0, before - len(HEAD_ENDS) + 1))
        if end > HEAD_LIMIT or (end < 0 and len(self.data) > HEAD_LIMIT):
            return State.HEAD_TOO_LARGE
        if end >= 0:
            return self._read_framing(end)
        # The parser refuses it without waiting for the end.
        return State.MALFORMED if BARE_LF.search(self.data, before) else State.HEAD

    def _read_framing(self, end: int) -> State:
        """What the head says about the body; whatever is odd is for the parser to refuse."""
        found = FRAMING.findall(self.data, 0, end)
        self._whole_at = end + len(HEAD_ENDS)
        if not found:
            return State.WHOLE
        fields = {name.lower(): value.strip() for name, value in found}
        length, coding = fields.get(b"content-length"), fields.get(b"transfer-encoding")
        if len(fields) < len(found) or (length is not None and coding is not None):
            return State.MALFORMED
        if coding is not None:
            if coding.lower().rpartition(b",")[2].strip() != b"chunked":
                return State.MALFORMED
            self._chunks = Chunks(self._whole_at)
        elif length is not None:
            if not length.isdigit():
                return State.MALFORMED
            number, limit = length.lstrip(b"0") or b"0", body_limit(self._path())
            if len(number) > len(str(limit)) or int(number) > limit:
                return State.LENGTH_TOO_LARGE
            self._whole_at += int(number)
        waits = fields.get(b"expect", b"").lower() == b"100-continue"
        self.expects_continue = waits and not self.data.partition(b"\r\n")[0].endswith(b"HTTP/1.0")
        return State.BODY

    def _path(self) -> str:
        words = self.data.partition(b"\r\n")[0].split(b" ")
        return words[1].partition(b"?")[0].decode("latin-1") if len(words) == 3 else ""

    def _look_for_body(self) -> State:
        if self._chunks is None:
            return State.WHOLE if len(self.data) >= self._whole_at else State.BODY
        try:
            return State.WHOLE if self._chunks.have_ended(self.data) else State.BODY
        except ChunksTooLarge:
            return State.CHUNKS_TOO_LARGE
        except ChunksMalformed:
            return State.MALFORMED
