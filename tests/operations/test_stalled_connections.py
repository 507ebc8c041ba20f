"""Clients that stall, 200 of each sort, delay nobody: straight at gunicorn, with and without TLS."""

import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from app.connections import limits
from tests.support.certificates import make_certificate
from tests.support.databases import Databases
from tests.support.portals import Portal, running_portal
from tests.support.ports import free_port
from tests.support.stalls import FORM, HELLO, LIVE, MANY, SORTS, answers_soon, connect, stalled

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


@dataclass(frozen=True)
class Straight:
    """A portal of two workers, asked without a proxy."""

    portal: Portal
    port: int
    context: ssl.SSLContext | None
    verify: str | bool

    def connect(self) -> socket.socket:
        """A connection, its handshake done."""
        return connect(self.port, context=self.context)

    def answers_soon(self) -> None:
        """See :func:`tests.support.stalls.answers_soon`."""
        answers_soon(self.portal.local, self.verify)


@pytest.fixture(scope="module")
def plain(databases: Databases) -> Iterator[Straight]:
    with running_portal(databases.new_url("sqlite"), workers=2) as portal:
        yield Straight(portal, urlsplit(portal.local).port or 0, None, True)


@pytest.fixture(scope="module")
def secure(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Straight]:
    certificate = make_certificate(tmp_path_factory.mktemp("tls"))
    port = free_port()
    with running_portal(
        databases.new_url("sqlite"), workers=2, url=f"https://127.0.0.1:{port}", SERVER_PORT=str(port),
        TLS_CERT=str(certificate.cert), TLS_KEY=str(certificate.key), REQUESTS_CA_BUNDLE=str(certificate.authority),
    ) as portal:  # fmt: skip
        context = ssl.create_default_context(cafile=str(certificate.authority))
        yield Straight(portal, port, context, str(certificate.authority))


@pytest.fixture(params=["plain", "secure"])
def straight(request: pytest.FixtureRequest) -> Straight:
    """Each of the two."""
    found: Straight = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("sort", SORTS)
def test_two_hundred_stalled_clients_delay_nobody(straight: Straight, sort: str) -> None:
    """Attack: slowloris and its kind."""
    before = straight.portal.workers()
    with stalled(sort, straight.port, straight.context):
        straight.answers_soon()
    assert straight.portal.workers() == before, straight.portal.log
    assert "Traceback" not in straight.portal.log
    assert not re.search(r"WORKER TIMEOUT|Worker \(pid", straight.portal.log), (
        "no worker was lost before, either"
    )


@pytest.mark.parametrize("first", [b"", HELLO], ids=["no ClientHello", "half a ClientHello"])
def test_two_hundred_handshakes_that_stop_delay_nobody(secure: Straight, first: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(connect(secure.port)).sendall(first)
        secure.answers_soon()


def test_fifty_probes_at_a_tls_port_cost_no_worker(secure: Straight) -> None:
    """What a balancer's health check or a port scanner does: connect, and go."""
    before = secure.portal.workers()
    for probe in range(50):
        with connect(secure.port) as connection:
            if probe % 2:
                connection.sendall(HELLO)
        if probe % 10 == 0:
            secure.answers_soon()
    secure.answers_soon()
    assert secure.portal.workers() == before
    assert "Worker (pid" not in secure.portal.log
    assert "Traceback" not in secure.portal.log


def test_clients_that_close_late_in_a_loop_delay_nobody(straight: Straight) -> None:
    """gunicorn's own worker waits two seconds for each of them, and serves nobody meanwhile."""
    done = threading.Event()

    def close_late() -> None:
        while not done.is_set():
            with straight.connect() as connection:
                connection.sendall(LIVE + b"Connection: close\r\n\r\n")
                done.wait(2.2)

    clients = [threading.Thread(target=close_late) for _ in range(6)]
    for client in clients:
        client.start()
    try:
        straight.answers_soon()
    finally:
        done.set()
        for client in clients:
            client.join()


def test_a_body_that_is_held_back_is_called_for_once(straight: Straight) -> None:
    with straight.connect() as connection:
        connection.sendall(FORM + b"Expect: 100-continue\r\nContent-Length: 9\r\nConnection: close\r\n\r\n")
        called = connection.recv(4096)
        connection.sendall(b"a=b&c=d&e")
        answer = called + _read(connection)
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 BAD REQUEST\r\n"), answer
    assert answer.count(b"100 Continue") == 1
    assert b"grant_type is missing" in answer


def test_requests_sent_at_once_are_answered_in_their_order(straight: Straight) -> None:
    chunked = FORM + b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n"
    with straight.connect() as connection:
        connection.sendall(LIVE + b"\r\n" + chunked + LIVE + b"Connection: close\r\n\r\n")
        answers = _read(connection)
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"200", b"400", b"200"]


def test_a_body_too_large_is_refused_without_waiting_for_it(straight: Straight) -> None:
    with straight.connect() as connection:
        connection.sendall(FORM + b"Content-Length: 300000\r\n\r\nabc")
        answer = _read(connection)
    assert answer.startswith(b"HTTP/1.1 413 "), answer


REGISTER = b"POST /api/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
PERSON = (
    b'{"username": "half", "email": "half@example.org", "password": "nine quiet lanterns by the harbour"}'
)


@pytest.mark.parametrize("path", [b"/login", b"/nowhere", b"/oauth/token", b"/api/register", b"/health/live"])
@pytest.mark.parametrize("chunks", [b"zz\r\n", b"3\r\na=bXX0\r\n\r\n", b"3\r\na=b\r\n0\r\nX Y\r\n\r\n"])
def test_a_malformed_chunked_body_is_a_400_and_ends_the_connection(
    plain: Straight, path: bytes, chunks: bytes
) -> None:
    with plain.connect() as connection:
        head = (
            b"POST "
            + path
            + b" HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        )
        connection.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
        answer = _read(connection)
    assert answer.startswith(b"HTTP/1.1 400 "), answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert "Traceback" not in plain.portal.log


@pytest.mark.parametrize(
    "chunks",
    [
        b"7fffffff\r\n" + PERSON,
        b"%x\r\n" % 300_000 + PERSON.ljust(300_000) + b"\r\n0\r\n\r\n",
        (b"1000\r\n" + PERSON.ljust(0x1000) + b"\r\n") * 80,
    ],
    ids=["never ends", "one chunk", "many chunks"],
)
def test_of_a_chunked_body_too_large_nothing_is_done(straight: Straight, chunks: bytes) -> None:
    """Attack: a request that is cut off where the limit is must not count as a whole one."""
    with straight.connect() as connection:
        connection.sendall(REGISTER + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)
        answer = _read(connection)
    assert answer.startswith(b"HTTP/1.1 413 "), answer
    with straight.connect() as connection:
        length = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(PERSON)
        connection.sendall(REGISTER.replace(b"register", b"auth") + length + PERSON)
        assert _read(connection).startswith(b"HTTP/1.1 401 "), "nobody was registered"


def test_who_is_late_with_a_head_is_told_so_and_nobody_waits_for_ever(
    plain: Straight, secure: Straight
) -> None:
    """The one test that waits for a deadline: HEAD_WITHIN, which is TLS_WITHIN, too."""
    assert limits.HEAD_WITHIN == limits.TLS_WITHIN
    began = time.monotonic()
    with ExitStack() as stack:
        told = [stack.enter_context(each.connect()) for each in (plain, secure) for _ in range(20)]
        for connection in told:
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost:")
        untold = [stack.enter_context(each.connect()) for each in (plain, secure)]
        untold.append(stack.enter_context(connect(secure.port)))
        untold[-1].sendall(HELLO)
        for connection in told:
            answer = _read(connection)
            assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n"), answer
            assert b"\r\nConnection: close\r\n" in answer
            assert b"\r\nContent-Type: text/plain; charset=utf-8\r\n" in answer
        assert time.monotonic() - began > limits.HEAD_WITHIN - 1
        assert [_read(connection) for connection in untold] == [b"", b"", b""]
    assert time.monotonic() - began < 6 * limits.HEAD_WITHIN
    for each in (plain, secure):
        each.answers_soon()
        assert each.portal.log.count("took too long") <= 2, "a line a worker, not a line a connection"
        assert "Traceback" not in each.portal.log


def _read(connection: socket.socket) -> bytes:
    """All that comes until the other side ends it."""
    found = b""
    try:
        while data := connection.recv(4096):
            found += data
    except (ConnectionError, ssl.SSLError):
        pass
    return found
