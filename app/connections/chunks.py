"""Where a chunked body ends (RFC 9112, section 7.1)."""

from .limits import BODY_LIMIT, CHUNKED_LIMIT, HEAD_LIMIT

LINE_ENDS = b"\r\n"
HEX = frozenset(b"0123456789abcdefABCDEF")
MOST_DIGITS = 8


class Chunks:
    """Follows the chunks of a body that arrives piece by piece, without reading any byte twice."""

    def __init__(self, start: int) -> None:
        self._start = start
        self._at = start  # of the next chunk's size
        self._content = 0

    def have_ended(self, data: bytearray) -> bool | None:
        """Return whether the body is all there; None where it is too large or malformed, and no more is to come."""
        while (end := data.find(LINE_ENDS, self._at)) >= 0:
            size = _size(data[self._at : end])
            if size is None:
                return None
            if size == 0:  # trailers, mostly none, and an empty line
                return data.find(2 * LINE_ENDS, end) >= 0 or self._unless_too_large(data, self._content)
            begin = end + len(LINE_ENDS)
            if len(data) < begin + size + len(LINE_ENDS):
                return self._unless_too_large(data, self._content + min(size, len(data) - begin))
            self._content += size
            self._at = begin + size + len(LINE_ENDS)
        if len(data) - self._at > HEAD_LIMIT:
            return None
        return self._unless_too_large(data, self._content)

    def _unless_too_large(self, data: bytearray, content: int) -> bool | None:
        too_large = content > BODY_LIMIT or len(data) - self._start > CHUNKED_LIMIT
        return None if too_large else False


def _size(line: bytearray) -> int | None:
    digits = line.partition(b";")[0].rstrip(b" \t")
    if not digits or not HEX.issuperset(digits) or len(digits.lstrip(b"0")) > MOST_DIGITS:
        return None
    return int(digits, 16)
