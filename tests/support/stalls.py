"""Clients that keep a server waiting: 200 at a time of every sort that is known to stop servers."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import requests

MANY = 200
SECONDS = 30
SOON = 1.0  # seconds, the product's word for how long somebody else waits meanwhile
TRIES = 4
POST = b"POST /api/auth HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
FORM = b"POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
GET = b"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost\r\n\r\n"
LIVE = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"
# What is sent first, and what follows it byte by byte for as long as somebody takes it.
SORTS: dict[str, tuple[bytes, bytes]] = {
    "silence": (b"", b""),
    "half a request line": (b"GET /hea", b""),
    "unfinished headers": (b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b""),
    "dribbled headers": (b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"x"),
    "a body that never comes": (POST + b"Content-Length: 1000\r\n\r\n", b""),
    "a large body that stops": (POST + b"Content-Length: 200000\r\n\r\n" + b"x" * 20_000, b""),
    "a dribbled body": (POST + b"Content-Length: 1000\r\n\r\n", b"x"),
    "chunks without end": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "answers nobody reads": (GET * 40, b""),
    "nothing more": (LIVE + b"\r\n", b""),
    "an end that is not closed": (LIVE + b"Connection: close\r\n\r\n", b""),
}
HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"  # how a ClientHello of 512 bytes begins


def connect(port: int, *, context: ssl.SSLContext | None = None, small: bool = False) -> socket.socket:
    """A connection, which takes few bytes at once where it is to be ``small``."""
    plain = socket.socket()
    if small:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    plain.settimeout(SECONDS)
    plain.connect(("127.0.0.1", port))
    return plain if context is None else context.wrap_socket(plain, server_hostname="localhost")


@contextmanager
def stalled(sort: str, port: int, context: ssl.SSLContext | None = None) -> Iterator[list[socket.socket]]:
    """So many clients that stall in this way, for as long as the block lasts."""
    first, then = SORTS[sort]
    with ExitStack() as stack:
        clients = []
        for _ in range(MANY):
            client = stack.enter_context(connect(port, context=context, small=sort == "answers nobody reads"))
            client.sendall(first)
            clients.append(client)
        with dribbling(clients, then):
            yield clients


@contextmanager
def dribbling(clients: list[socket.socket], then: bytes) -> Iterator[None]:
    """Send ``then`` to each again and again, slowly."""
    ended = threading.Event()

    def dribble() -> None:
        while then and not ended.wait(0.3):
            for client in clients:
                try:
                    client.sendall(then)
                except OSError:
                    continue

    thread = threading.Thread(target=dribble)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def answers_soon(url: str, verify: Any = True) -> None:
    """AssertionError unless somebody else gets a page and a sign of life within a second, each at least once."""
    for path in ("/health/live", "/login"):
        fastest = min(_seconds(lambda path=path: _get(f"{url}{path}", verify)) for _ in range(TRIES))  # type: ignore[misc]
        assert fastest < SOON, f"{path} took {fastest} seconds"


def _get(url: str, verify: Any) -> None:
    answer = requests.get(url, verify=verify, timeout=SECONDS)
    assert answer.status_code == 200, answer.status_code


def _seconds(act: Callable[[], None]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began
