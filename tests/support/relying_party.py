"""A relying party on a port of its own: browsers are redirected to it for real."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.ports import wait_until


class RelyingParty:
    """`url`, `callback` (its redirect URI), and the parameters each call of the callback brought."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.callback = f"{self.url}/callback"
        self.calls: list[dict[str, str]] = []

    def wait_for_call(self, number: int = 1) -> dict[str, str]:
        """The parameters of the number-th call of the callback, as soon as it has come."""
        wait_until(lambda: len(self.calls) >= number, 15, f"call {number} of the callback")
        return self.calls[number - 1]


def _handler(party: RelyingParty) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())

        def _answer(self, parameters: str) -> None:
            found = urlsplit(self.path).path == "/callback"
            if found:
                party.calls.append({name: values[-1] for name, values in parse_qs(parameters).items()})
            page = b'<!doctype html><link rel="icon" href="data:,"><title>Arrived</title><h1>Arrived</h1>'
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_arguments: Any) -> None:
            pass

    return Handler


@pytest.fixture
def relying_party() -> Iterator[RelyingParty]:
    """A running relying party."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    party = RelyingParty(server.server_port)
    server.RequestHandlerClass = _handler(party)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield party
    server.shutdown()
    server.server_close()
