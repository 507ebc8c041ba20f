"""Where a chunked body ends (RFC 9112, section 7.1)."""

from .limits import BODY_LIMIT, CHUNKED_LIMIT, HEAD_LIMIT

LINE_ENDS = b"\r\n"
HEX = frozenset(b"0123456789abcdefABCDEF")


class ChunksMalformed(Exception):
    """No server could read this body."""


class ChunksTooLarge(Exception):
    """The body is larger than a request may be, or says that it will be."""


class Chunks:
    """Follows the chunks of a body that arrives piece by piece, without reading any byte twice."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._at = start  # of the next chunk's size
        self._content = 0

    def have_ended(self, data: bytearray) -> bool:
        """Return whether the body is all there. Raises ChunksMalformed and ChunksTooLarge before it is."""
        while (end := data.find(LINE_ENDS, self._at)) >= 0:
            size = _size(data[self._at : end])
            if size == 0:  # trailers, mostly none, and an empty line
                return data.find(2 * LINE_ENDS, end) >= 0 or self._is_longer(data)
            if self._content + size > BODY_LIMIT:
                raise ChunksTooLarge
            begin = end + len(LINE_ENDS)
            if len(data) < begin + size + len(LINE_ENDS):
                return self._is_longer(data)
            self._content += size
            self._at = begin + size + len(LINE_ENDS)
        if len(data) - self._at > HEAD_LIMIT:
            raise ChunksMalformed
        return self._is_longer(data)

    def _is_longer(self, data: bytearray) -> bool:
        """Return False: more is to come, as far as there is room for it."""
        if len(data) - self._start > CHUNKED_LIMIT:
            raise ChunksTooLarge
        return False


def _size(line: bytearray) -> int:
    digits = line.partition(b";")[0].rstrip(b" \t")
    if not digits or not HEX.issuperset(digits):
        raise ChunksMalformed
    return int(digits, 16)
