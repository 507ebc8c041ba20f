"""Apps that hear of the end of sessions: a real HTTP server that keeps the logout tokens it is sent."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.support.ports import wait_until

LONGEST_HOLD = 20.0  # seconds


@dataclass
class LogoutReceiver:
    """A running server of many apps, one a path; `place` is its host:port for FETCH_ALLOW."""

    place: str = ""
    status: int = 200
    """What every app answers, but for those of `statuses`."""
    statuses: dict[str, int] = field(default_factory=dict)
    tokens: list[tuple[str, str]] = field(default_factory=list)
    """Path and logout token of every request, in the order they came."""
    bodies: list[tuple[str | None, dict[str, list[str]]]] = field(default_factory=list)
    """Content type and fields of every request."""
    held: int = 0
    """How many requests to paths that begin with /hang wait for `release`."""
    released: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str = "/logout") -> str:
        """The back-channel logout URI of the app at that path."""
        return f"http://{self.place}{path}"

    def tokens_at(self, path: str = "/logout") -> list[str]:
        """The logout tokens that this app was sent."""
        return [token for at, token in self.tokens if at == path]

    def wait_for(self, number: int, path: str = "/logout") -> list[str]:
        """The tokens that this app was sent, as soon as there are so many."""
        wait_until(lambda: len(self.tokens_at(path)) >= number, 15, f"logout token {number} at {path}")
        return self.tokens_at(path)

    def empty(self) -> None:
        """Forget everything, and let go who hangs."""
        self.released.set()
        vars(self).update(vars(LogoutReceiver(self.place)))


def _handler(receiver: LogoutReceiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            receiver.bodies.append((self.headers["Content-Type"], fields))
            receiver.tokens.append((self.path, fields["logout_token"][0]))
            if self.path.startswith("/hang"):
                receiver.held += 1
                receiver.released.wait(LONGEST_HOLD)
            self.send_response(receiver.statuses.get(self.path, receiver.status))
            self.send_header("Location", f"http://{receiver.place}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_arguments: Any) -> None:
        """Say nothing of portals that do not wait for an answer any more."""


@pytest.fixture(scope="session")
def running_logout_receiver() -> Iterator[LogoutReceiver]:
    """The server of all tests of this process."""
    receiver = LogoutReceiver()
    server = _Server(("127.0.0.1", 0), _handler(receiver))
    receiver.place = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield receiver
    receiver.released.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def logout_receiver(running_logout_receiver: LogoutReceiver) -> Iterator[LogoutReceiver]:
    """A server that was sent nothing yet. It is the same one for all tests, so applications that may reach it are shared."""
    running_logout_receiver.empty()
    yield running_logout_receiver
    running_logout_receiver.released.set()
