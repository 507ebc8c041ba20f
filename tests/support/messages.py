"""A portal whose message listener runs beside its workers, and speaking to one over a plain socket."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.support.databases import Databases
from tests.support.portals import Portal, running_portal
from tests.support.ports import free_port, is_open, wait_until

CHECK = {"role": "auth", "cmd": "check"}
GET = {"role": "user", "cmd": "get"}
SECONDS = 30


def message_port(portal: Portal) -> int:
    """Where this portal's listener is."""
    return int(portal.environ["MESSAGE_PORT"])


def wait_for_listener(port: int, portal: Portal) -> None:
    """Return as soon as it listens."""
    wait_until(lambda: is_open(port), 60, f"the message listener; the log: {portal.log}")


@contextmanager
def message_portal_on(database_url: str, **changes: Any) -> Iterator[Portal]:
    """A running portal that answers messages, too."""
    port = free_port()
    with running_portal(database_url, **{"workers": 1, "MESSAGE_PORT": str(port), **changes}) as portal:
        wait_for_listener(port, portal)
        yield portal


@pytest.fixture(scope="session")
def message_portal(databases: Databases) -> Iterator[Portal]:
    """A running portal that answers messages, shared by the tests of this process."""
    with message_portal_on(databases.new_url("sqlite")) as portal:
        yield portal


def framed(packet: Any) -> bytes:
    """``packet`` as NestJS would send it: in UTF-8, the length in UTF-16 units."""
    text = packet if isinstance(packet, str) else json.dumps(packet, ensure_ascii=False)
    return f"{len(text.encode('utf-16-le')) // 2}#{text}".encode()


class Speaker:
    """A connection to a listener."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self._received = b""

    def __enter__(self) -> "Speaker":
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def send(self, *packets: Any) -> None:
        """Send these packets in one piece."""
        self.socket.sendall(
            b"".join(packet if isinstance(packet, bytes) else framed(packet) for packet in packets)
        )

    def read(self) -> dict[str, Any] | None:
        """The next answer; None where the other side has ended the connection."""
        while b"#" not in self._received:
            if not self._receive():
                return None
        length, _mark, rest = self._received.partition(b"#")
        while len(rest) < int(length):
            if not self._receive():
                return None
            rest = self._received.partition(b"#")[2]
        self._received = rest[int(length) :]
        answer: dict[str, Any] = json.loads(rest[: int(length)])
        return answer

    def ask(self, pattern: Any, data: Any, name: Any = "1") -> dict[str, Any] | None:
        """The answer to one message."""
        self.send({"pattern": pattern, "data": data, "id": name})
        return self.read()

    def is_ended(self) -> bool:
        """Whether the other side ends the connection, without another word, before the patience is over."""
        return self.read() is None

    def _receive(self) -> bool:
        try:
            data = self.socket.recv(65_536)
        except ConnectionResetError:
            return False
        self._received += data
        return bool(data)
