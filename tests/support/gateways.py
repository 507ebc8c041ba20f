"""A gateway for text messages: a real HTTP server that keeps what it is sent."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Gateway:
    """A running gateway; give its `url` as SMS_WEBHOOK_URL. It answers `status`."""

    url: str = ""
    status: int = 200
    messages: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def empty(self) -> None:
        """Forget what it was sent and told."""
        vars(self).update(vars(Gateway(self.url)))


@pytest.fixture(scope="session")
def running_gateway() -> Iterator[Gateway]:
    """The gateway of all tests of this process."""
    gateway = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            gateway.messages.append(json.loads(body))
            gateway.headers.append(dict(self.headers))
            gateway.paths.append(self.path)
            self.send_response(gateway.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gateway.url = f"http://user:p%40ss@127.0.0.1:{server.server_address[1]}/send?account=7"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield gateway
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def sms_gateway(running_gateway: Gateway) -> Gateway:
    """A gateway that was sent nothing yet. It is the same one for all tests, so applications with it are shared."""
    running_gateway.empty()
    return running_gateway
