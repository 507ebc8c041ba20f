"""A connection over real sockets: what it waits for, until when, and that neither reading nor writing blocks."""

import selectors
import socket
from collections.abc import Iterator
from selectors import EVENT_READ, EVENT_WRITE

import pytest
from gunicorn.config import Config

from app.connections import limits
from app.connections.connection import Connection
from app.connections.ended import lateness
from app.connections.stages import Now, Stage
from app.connections.waiting import Waiting

HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8000\r\n\r\n"
Pair = tuple[Connection, socket.socket]


@pytest.fixture
def pairs() -> Iterator[list[Pair]]:
    """Connections of a worker, the first of which came first, and their clients."""
    made = [socket.socketpair() for _ in range(3)]
    yield [(Connection(Config(), ours, ("127.0.0.1", 1), ("127.0.0.1", 2)), theirs) for ours, theirs in made]
    for ours, theirs in made:
        ours.close()
        theirs.close()


@pytest.fixture
def pair(pairs: list[Pair]) -> Pair:
    return pairs[0]


def time_left(connection: Connection) -> float:
    return connection.deadline - connection.since


def stage_of(connection: Connection) -> Stage:
    return connection.stage


def test_a_request_goes_to_a_thread_when_it_is_all_there(pair: Pair) -> None:
    connection, client = pair
    assert connection.step() == EVENT_READ
    assert time_left(connection) == limits.HEAD_WITHIN
    client.sendall(HEAD)
    assert connection.step() == EVENT_READ
    assert time_left(connection) == pytest.approx(limits.BODY_WITHIN + len(HEAD) / limits.LEAST_RATE)
    client.sendall(b"x" * 4000)
    assert connection.step() == EVENT_READ
    assert time_left(connection) == pytest.approx(limits.BODY_WITHIN + (len(HEAD) + 4000) / limits.LEAST_RATE)
    client.sendall(b"x" * 4000)
    assert connection.step() is Now.A_THREAD


def test_dribbling_wins_no_time(pair: Pair) -> None:
    """Attack: slowloris."""
    connection, client = pair
    began = connection.deadline
    for byte in b"GET / HTTP/1.1\r\nX: yyyyyyyyyyyyyyyyyyyy":
        client.sendall(bytes([byte]))
        assert connection.step() == EVENT_READ
    assert connection.deadline == began


def test_an_answer_waits_for_its_reader_without_a_thread_and_not_for_ever(pair: Pair) -> None:
    connection, client = pair
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert connection.step() is Now.A_THREAD
    answer = bytes(range(256)) * 20_000
    connection.sock.sendall(answer[:1000])
    connection.sock.sendall(answer[1000:])
    connection.finish(keep=True)
    assert connection.step() == EVENT_WRITE
    assert stage_of(connection) is Stage.ANSWER
    assert time_left(connection) < limits.ANSWER_WITHIN + len(answer) / limits.LEAST_RATE
    assert lateness(connection) == "answer"
    read = b""
    client.setblocking(False)
    while len(read) < len(answer):
        connection.step()
        read += client.recv(1_000_000)
    assert read == answer
    assert stage_of(connection) is Stage.IDLE
    assert time_left(connection) == Config().keepalive


def test_an_answer_beyond_its_limit_ends_the_connection_instead_of_the_memory(pair: Pair) -> None:
    connection, _client = pair
    with pytest.raises(BrokenPipeError):
        connection.sock.sendall(b"x" * 2 * limits.ANSWER_LIMIT)
    assert len(connection.sock.unsent) <= limits.ANSWER_LIMIT


def test_the_last_answer_is_read_before_the_end(pair: Pair) -> None:
    connection, client = pair
    client.sendall(b"x" * 10_000)
    connection.sock.sendall(b"the answer")
    connection.finish(keep=False)
    assert connection.step() == EVENT_READ
    assert time_left(connection) == limits.CLOSE_WITHIN
    assert (client.recv(100), client.recv(100)) == (b"the answer", b"")
    client.close()
    assert connection.step() is Now.AN_END


def test_requests_sent_at_once_are_taken_one_by_one(pair: Pair) -> None:
    connection, client = pair
    client.sendall(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HT")
    for path in ("/1", "/2"):
        assert connection.step() is Now.A_THREAD
        connection.hand_over()
        assert next(connection.parser).path == path
        connection.finish(keep=True)
    assert connection.step() == EVENT_READ
    client.sendall(b"TP/1.1\r\n\r\n")
    assert connection.step() is Now.A_THREAD


def test_a_thread_finds_a_request_cut_off_where_the_rest_is_missing(pair: Pair) -> None:
    connection, client = pair
    client.sendall(HEAD.replace(b"8000", b"900000"))
    assert connection.step() is Now.A_THREAD
    connection.hand_over()
    assert next(connection.parser).body.read(10) == b""


def test_the_body_is_called_for(pair: Pair) -> None:
    connection, client = pair
    client.sendall(HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
    assert connection.step() == EVENT_READ
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"


def test_headers_without_end_are_refused(pair: Pair) -> None:
    connection, client = pair
    client.setblocking(False)
    client.send(b"GET / HTTP/1.1\r\n" + b"X-Y: z\r\n" * 9000)
    assert connection.step() == EVENT_READ
    assert client.recv(1000).startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert connection.stage is Stage.CLOSING


def test_the_one_that_has_waited_longest_for_the_least_makes_room_first(pairs: list[Pair]) -> None:
    """Attack: as many connections as a worker takes."""
    waiting = Waiting(selectors.DefaultSelector(), lambda _connection: None)
    (idle, _), (first, sender), (second, _) = pairs
    for connection, _client in pairs:
        waiting.wait(connection, EVENT_READ)
    idle.finish(keep=True)
    idle.step()
    order = []
    while (found := waiting.choose_for_eviction(heavy=False)) is not None:
        order.append(found)
        waiting.forget(found)
    assert order == [first, second, idle]
    sender.sendall(HEAD)
    for connection in (first, second):
        connection.step()
        waiting.wait(connection, EVENT_READ)
    waiting.charge(first, first.weight)
    assert (waiting.held, waiting.choose_for_eviction(heavy=True)) == (len(HEAD), first)
    waiting.charge(first, 0)
    assert (waiting.held, waiting.choose_for_eviction(heavy=True)) == (0, None)


def test_a_stopping_worker_waits_a_moment_for_requests_on_their_way(pairs: list[Pair]) -> None:
    waiting = Waiting(selectors.DefaultSelector(), lambda _connection: None)
    (silent, _), (asking, client), _rest = pairs
    client.sendall(HEAD)
    for connection in (silent, asking):
        assert connection.step() == EVENT_READ
        waiting.wait(connection, EVENT_READ)
    waiting.hurry(1.0)
    assert (silent.deadline, asking.deadline) == (1.0, 1.0)
    assert waiting.late(2.0) == [silent, asking]
