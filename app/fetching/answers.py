"""One question and its answer over a connection: bounded in time, in bytes, and in what the answer may be."""

import io
import socket
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

from .connecting import connect, explained
from .deadlines import Deadline
from .refusals import FetchFailed
from .targets import Target

LONGEST_HEAD = 16 * 1024  # bytes of the status line and all headers
USER_AGENT = "Pforte"


class _Arriving(io.RawIOBase):
    """The bytes of a connection, up to ``most`` and until the deadline; a drip prolongs nothing."""

    def __init__(self, connection: socket.socket, target: Target, deadline: Deadline, most: int) -> None:
        self._connection = connection
        self._target = target
        self._deadline = deadline
        self._left = most

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._left <= 0:
            raise FetchFailed("too_large", host=self._target.host)
        try:
            self._connection.settimeout(self._deadline.left())
            number = self._connection.recv_into(buffer, min(len(buffer), self._left))
        except OSError as error:
            raise explained(error, self._target, self._deadline) from None
        self._left -= number
        return number

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What ``http.client`` asks of a socket."""
        return io.BufferedReader(self)


def exchange(
    target: Target, deadline: Deadline, method: str, headers: dict[str, str], body: bytes, most: int
) -> tuple[HTTPResponse, bytes]:
    """Ask, and return the answer with at most ``most`` bytes of its body (with 0 the body is not read).

    No cookies, credentials, redirects, proxies, compression. Raises :class:`FetchFailed`.
    """
    connection = connect(target, deadline)
    try:
        _send(connection, _question(target, method, headers) + body, target, deadline)
        return _read(_Arriving(connection, target, deadline, LONGEST_HEAD + 2 * most), target, method, most)
    except (HTTPException, ValueError) as error:  # ValueError: a size that is negative
        raise FetchFailed("not_http", host=target.host, detail=type(error).__name__) from None
    finally:
        connection.close()


def _question(target: Target, method: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {target.path} HTTP/1.1", f"Host: {target.authority}", f"User-Agent: {USER_AGENT}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += ["Accept-Encoding: identity", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("ascii")


def _send(connection: socket.socket, data: bytes, target: Target, deadline: Deadline) -> None:
    """``sendall``, with a deadline for all of it; TLS counts anew for each of its records."""
    try:
        while data:
            connection.settimeout(deadline.left())
            data = data[connection.send(data) :]
    except OSError as error:
        raise explained(error, target, deadline) from None


def _read(arriving: _Arriving, target: Target, method: str, most: int) -> tuple[HTTPResponse, bytes]:
    answer = HTTPResponse(cast("socket.socket", arriving), method=method)
    answer.begin()
    if 300 <= answer.status < 400:
        raise FetchFailed("redirected", host=target.host, status=answer.status)
    if most == 0:
        return answer, b""
    if answer.status != 200:
        raise FetchFailed("status", host=target.host, status=answer.status)
    if answer.headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise FetchFailed("not_json", host=target.host, content_type="compressed")
    body = answer.read(most + 1)
    if len(body) > most:
        raise FetchFailed("too_large", host=target.host, most=most)
    if answer.length:
        raise FetchFailed("not_http", host=target.host, detail="IncompleteRead")
    return answer, body
