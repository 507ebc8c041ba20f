"""Servers that answer bytes as a test writes them, well-behaved or not."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.support.certificates import Certificate

Answer = bytes | Callable[[socket.socket], None]


class RawServer:
    """Listens on 127.0.0.1; `questions` has the first bytes of each connection, `met` how many there were."""

    def __init__(self, answer: Answer, certificate: Certificate | None = None) -> None:
        self.answer = answer
        self.questions: list[bytes] = []
        self.met = 0
        self._context: ssl.SSLContext | None = None
        if certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(certificate.cert, certificate.key)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def place(self) -> str:
        """As FETCH_ALLOW names it."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self._context else 'http'}://{self.place}/keys"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)  # whoever waits in accept would keep it open
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _peer = self._listener.accept()
                self.met += 1
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
            self.questions.append(connection.recv(65_536))
            if callable(self.answer):
                self.answer(connection)
            else:
                connection.sendall(self.answer)
            connection.shutdown(socket.SHUT_WR)
            connection.close()


@contextmanager
def raw_server(answer: Answer, certificate: Certificate | None = None) -> Iterator[RawServer]:
    server = RawServer(answer, certificate)
    try:
        yield server
    finally:
        server.close()


def json_answer(body: bytes, *headers: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    """A whole answer, as a plain server sends it."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body
