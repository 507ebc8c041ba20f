"""What the tests of the fetcher share: how it failed, and whom it would have met."""

import errno
import socket
from typing import Any

import pytest

from app.fetching.fetching import Fetched, fetch_json
from app.fetching.refusals import FetchFailed


def failure(url: str, *allowed: str, **limits: Any) -> FetchFailed:
    with pytest.raises(FetchFailed) as caught:
        fetch_json(url, allowed, **limits)
    return caught.value


def reason(url: str, *allowed: str, **limits: Any) -> str:
    return failure(url, *allowed, **limits).reason


def fetched(url: str, *allowed: str) -> Fetched:
    return fetch_json(url, allowed)


class Network:
    """The world outside: what names mean there, and whom anybody tried to reach."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.looked_up: list[str] = []
        self.reached: list[Any] = []
        self._resolve, self._connect = socket.getaddrinfo, socket.socket.connect
        monkeypatch.setattr(socket, "getaddrinfo", self._getaddrinfo)
        network = self

        def connect(connection: socket.socket, place: Any) -> None:
            network.reached.append(place[0])
            if place[0] != "127.0.0.1":
                raise ConnectionRefusedError(errno.ECONNREFUSED, "nobody outside is bothered by a test")
            network._connect(connection, place)

        monkeypatch.setattr(socket.socket, "connect", connect)

    def _getaddrinfo(self, host: Any, port: Any, *args: Any, **named: Any) -> Any:
        self.looked_up.append(host)
        answers = self.names.get(host)
        if answers is None:
            return self._resolve(host, port, *args, **named)
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in addresses
        ]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Network:
    return Network(monkeypatch)
