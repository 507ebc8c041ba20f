"""When a request is all there: in whatever pieces it comes, and whatever it claims."""

import pytest

from app.connections.arrival import Arrival, State
from app.connections.limits import BODY_LIMIT, CHUNKED_LIMIT, HEAD_LIMIT

LINE = b"POST /api/auth HTTP/1.1\r\nHost: x\r\n"
CHUNKED = LINE + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = {
    "no headers": b"GET / HTTP/1.1\r\n\r\n",
    "an empty line before": b"\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no body": LINE + b"Content-Length: 0\r\n\r\n",
    "a body": LINE + b"content-LENGTH:\t 5 \r\n\r\nhello",
    "a length with zeros": LINE + b"Content-Length: " + b"0" * 5000 + b"5\r\n\r\nhello",
    "lines in the body": LINE + b"Content-Length: 8\r\n\r\n\r\n\r\n\n\n\r\n",
    "chunks": CHUNKED + b"5\r\nhello\r\n1;of=x\r\n!\r\n0\r\n\r\n",
    "trailers": CHUNKED + b"A\r\n0123456789\r\n000\r\nX-Sum: 1\r\nX: 2\r\n\r\n",
    "a chunk like an end": CHUNKED + b"7\r\n0\r\n\r\n0\r\r\n0\r\n\r\n",
}
MALFORMED = {
    "a bare LF": b"GET / HTTP/1.1\n",
    "two lengths": LINE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
    "length and chunks": LINE + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a length that is none": LINE + b"Content-Length: +5\r\n\r\n",
    "an unknown coding": LINE + b"Transfer-Encoding: gzip\r\n\r\n",
    "a size that is none": CHUNKED + b"x\r\n",
    "a negative size": CHUNKED + b"-1\r\n",
    "a size without end": CHUNKED + b"1" * (HEAD_LIMIT + 2),
}

TOO_LARGE = {
    "an endless length": LINE + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "a length too large": LINE + b"Content-Length: %d\r\n\r\n" % (BODY_LIMIT + 1),
    "a size too large": CHUNKED + b"fffffffff\r\n",
    "chunks too large": CHUNKED + b"fffffff\r\n" + b"x" * (BODY_LIMIT + 1),
    "chunks too long": CHUNKED
    + b"1;"
    + b"x" * 60_000
    + b"\r\nx\r\n"
    + b"1;x\r\nx\r\n" * (CHUNKED_LIMIT // 8),
}


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE.keys())
@pytest.mark.parametrize("piece", [1, 7, 100_000])
def test_a_request_is_whole_with_its_last_byte_and_not_before(request_: bytes, piece: int) -> None:
    arrival = Arrival()
    states = [arrival.feed(request_[at : at + piece]) for at in range(0, len(request_), piece)]
    assert states[-1] is State.WHOLE
    assert not (set(State) - {State.HEAD, State.BODY}) & set(states[:-1])
    assert bytes(arrival.data) == request_


@pytest.mark.parametrize("name", [*MALFORMED, *TOO_LARGE])
@pytest.mark.parametrize("piece", [113, 1_000_000])
def test_what_is_malformed_or_too_large_is_not_waited_for(name: str, piece: int) -> None:
    request_ = {**MALFORMED, **TOO_LARGE}[name]
    arrival = Arrival()
    for at in range(0, len(request_), piece):
        if arrival.feed(request_[at : at + piece]) not in (State.HEAD, State.BODY):
            break
    assert arrival.state in (
        (State.MALFORMED,) if name in MALFORMED else (State.LENGTH_TOO_LARGE, State.CHUNKS_TOO_LARGE)
    )
    assert len(arrival.data) <= len(CHUNKED) + CHUNKED_LIMIT + max(piece, HEAD_LIMIT)


@pytest.mark.parametrize("piece", [1000, 1_000_000])
def test_a_head_has_its_limit_however_it_comes(piece: int) -> None:
    """Attack: headers without end."""
    arrival = Arrival()
    request = LINE + b"X-Y: z\r\n" * (HEAD_LIMIT // 8)
    for at in range(0, len(request), piece):
        arrival.feed(request[at : at + piece])
    assert arrival.state is State.HEAD_TOO_LARGE
    whole = Arrival()
    assert whole.feed(request + b"\r\n") is State.HEAD_TOO_LARGE


def test_what_follows_a_whole_request_is_kept_for_the_next() -> None:
    arrival = Arrival()
    both = LINE + b"Content-Length: 2\r\n\r\nabGET / HT"
    assert arrival.feed(both) is State.WHOLE
    assert bytes(arrival.data) == both


@pytest.mark.parametrize(
    ("version", "expect", "length", "waits"),
    [("1.1", "100-continue", 5, True), ("1.1", "100-Continue", 5, True), ("1.0", "100-continue", 5, False),
     ("1.1", "something", 5, False), ("1.1", "100-continue", BODY_LIMIT + 1, False)],
)  # fmt: skip
def test_a_body_is_called_for_where_the_client_waits_and_it_is_not_too_large(
    version: str, expect: str, length: int, waits: bool
) -> None:
    arrival = Arrival()
    head = f"POST / HTTP/{version}\r\nHost: x\r\nExpect: {expect}\r\nContent-Length: {length}\r\n\r\n"
    arrival.feed(head.encode())
    assert arrival.expects_continue is waits


@pytest.mark.parametrize(
    ("data", "begun"), [(b"", False), (b"\r\n", False), (b"\r\n\r\n", True), (b"G", True)]
)
def test_an_empty_line_begins_no_request(data: bytes, begun: bool) -> None:
    arrival = Arrival()
    arrival.feed(data)
    assert arrival.has_begun is begun
