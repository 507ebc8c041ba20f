"""The socket as gunicorn's threads see it: there is nothing to read but what has arrived, and writing never waits."""

import errno
import os
import socket
import ssl
from contextlib import suppress
from typing import IO

from .limits import ANSWER_LIMIT, SEND_AT

NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class ClientSocket:
    """Keeps what is written in :attr:`unsent`, and sends what the client takes."""

    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        """The real one, which never blocks."""
        self.unsent = bytearray()

    def sendall(self, data: bytes) -> None:
        """Keep ``data`` for :meth:`flush`, so that head and body go as one. Raises OSError beyond ANSWER_LIMIT."""
        if len(self.unsent) + len(data) > ANSWER_LIMIT:
            raise OSError(errno.EPIPE, os.strerror(errno.EPIPE))
        self.unsent += data
        if len(self.unsent) > SEND_AT:
            self.flush()

    def send_now(self, data: bytes) -> None:
        """Send ``data`` without waiting for more of the answer."""
        self.sendall(data)
        self.flush()

    def flush(self) -> None:
        """Send what the client takes now. Raises OSError where it has gone away."""
        with suppress(*NOT_NOW):
            self.send_unsent()

    def send_unsent(self) -> None:
        """Send all that was kept. Raises one of ``NOT_NOW`` where the client does not take it yet."""
        while self.unsent:
            # All of it each time: OpenSSL wants to see what it was given before once more.
            with memoryview(self.unsent) as waiting:
                sent = self.wire.send(waiting)
            del self.unsent[:sent]

    def sendfile(self, file: IO[bytes], offset: int = 0, count: int | None = None) -> int:
        """Send a part of a file."""
        file.seek(offset)
        data = file.read(-1 if count is None else count)
        self.sendall(data)
        return len(data)

    def recv(self, _size: int) -> bytes:
        """Nothing: what has arrived was given to the parser, and there is no more."""
        return b""

    def fileno(self) -> int:
        """The number of the real one."""
        return self.wire.fileno()

    def setblocking(self, _blocking: bool) -> None:
        """Stay as it is, as for every wish of gunicorn's about waiting, ending and closing."""

    def settimeout(self, _seconds: float | None) -> None:
        """Stay as it is."""

    def gettimeout(self) -> None:
        """Return None, as a blocking socket does; writes here never block."""

    def shutdown(self, _how: int) -> None:
        """Stay as it is."""

    def close(self) -> None:
        """Stay as it is: the worker ends the connection."""
