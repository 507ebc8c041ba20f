"""The listener beside a running portal, spoken to over plain sockets: every frame that is none, and every attack."""

import json
import re
import secrets
import socket
import struct
import time
from typing import Any

import pytest
import requests
from flask import Flask

from app.messages.conversation import ANSWERS_AT_ONCE, FRAME_WITHIN
from app.messages.framing import Malformed
from app.messages.listener import LINES_A_MINUTE, Listener
from tests.foreign_clients.registered import register_app
from tests.support.messages import CHECK, GET, Speaker, framed, message_port
from tests.support.people import Person
from tests.support.portals import Portal
from tests.support.ports import wait_until
from tests.support.stalls import MANY, SOON, TRIES

NO_HANDLER = "There is no matching message handler defined in the remote service."


@pytest.fixture
def port(message_portal: Portal) -> int:
    return message_port(message_portal)


@pytest.fixture(scope="module")
def person(message_portal: Portal) -> Person:
    return Person(message_portal.url).register()


def token_of(portal: Portal, person: Person) -> tuple[str, str]:
    body = {"username": person.username, "password": person.password}
    answer = requests.post(f"{portal.url}/api/auth", json=body, timeout=30).json()
    return answer["userId"], answer["accessToken"]


def answered(answer: dict[str, Any] | None) -> Any:
    assert answer is not None
    assert set(answer) == {"response", "isDisposed", "id"}
    assert answer["isDisposed"] is True
    return answer["response"]


def test_a_token_is_checked_until_the_person_is_blocked(message_portal: Portal, port: int) -> None:
    blocked = Person(message_portal.url).register()
    user_id, token = token_of(message_portal, blocked)
    with Speaker(port) as service:
        claims = answered(service.ask(CHECK, {"jwt": token}))
        assert (claims["sub"], claims["client_id"]) == (user_id, "pforte-api")
        message_portal.flask("user", "block", blocked.username)
        assert answered(service.ask(CHECK, {"jwt": token})) is False
        assert answered(service.ask(GET, {"username": blocked.username})) is None


@pytest.mark.parametrize(
    "data", [None, {}, [], "x", 5, {"jwt": None}, {"jwt": 5}, {"jwt": ""}, {"jwt": "\ud800"}, {"jwt": "x" * 20_000}]
)  # fmt: skip
def test_whatever_is_no_token_is_false(port: int, data: Any) -> None:
    packet = {"pattern": CHECK, "id": "1"} | ({} if data is None else {"data": data})
    with Speaker(port) as service:
        service.send(framed(json.dumps(packet)))
        assert answered(service.read()) is False


def test_people_are_found_by_username_only_and_without_any_secret(port: int, person: Person) -> None:
    with Speaker(port) as service:
        found = answered(service.ask(GET, {"username": person.username.upper()}))
        assert set(found) == {"id", "username", "name"}
        assert found["username"] == person.username
        for name in (person.email, "nobody", "", "' OR 1=1", "\0", "😀", 5, None, ["x"]):
            assert answered(service.ask(GET, {"username": name})) is None


@pytest.mark.parametrize(
    "pattern", [{"cmd": "get", "role": "user"}, '{"role":"user","cmd":"get"}', '{"cmd":"get","role":"user"}']
)
def test_patterns_are_objects_or_texts_in_any_order(port: int, person: Person, pattern: Any) -> None:
    with Speaker(port) as service:
        assert answered(service.ask(pattern, {"username": person.username}))["username"] == person.username


@pytest.mark.parametrize(
    "pattern", ["get", "", 5, None, [], {}, {"role": "user"}, {**GET, "more": 1}, "{", {"role": {"a": 1}}]
)
def test_unknown_patterns_get_the_answer_of_nestjs(port: int, pattern: Any) -> None:
    with Speaker(port) as service:
        assert service.ask(pattern, {}, "7") == {"id": "7", "status": "error", "err": NO_HANDLER}
        assert answered(service.ask(GET, {"username": "nobody"})) is None


def test_events_are_ignored(port: int) -> None:
    with Speaker(port) as service:
        service.send(
            {"pattern": "user_created", "data": {"x": 1}}, {"pattern": CHECK, "data": {"jwt": "x"}}, {}
        )
        assert answered(service.ask(CHECK, {"jwt": "x"})) is False


@pytest.mark.parametrize("name", ["1", "ä😀", 7, None, True, ""])
def test_ids_come_back_as_they_were(port: int, name: Any) -> None:
    with Speaker(port) as service:
        answer = service.ask(GET, {"username": "nobody"}, name)
        assert answer is not None
        assert answer["id"] == name


def test_pipelined_messages_are_all_answered(port: int, person: Person) -> None:
    count = 20 * ANSWERS_AT_ONCE
    with Speaker(port) as service:
        service.send(
            *({"pattern": GET, "data": {"username": person.username}, "id": str(n)} for n in range(count))
        )
        answers = [service.read() for _ in range(count)]
        assert {answer["id"] for answer in answers if answer} == {str(number) for number in range(count)}
        assert all(answered(answer)["username"] == person.username for answer in answers)


def test_a_half_closed_connection_gets_its_answers(port: int) -> None:
    with Speaker(port) as service:
        service.send(*({"pattern": GET, "data": {}, "id": str(number)} for number in range(50)))
        service.socket.shutdown(1)
        assert {str(number) for number in range(50)} == {(service.read() or {}).get("id") for _ in range(50)}
        assert service.is_ended()


def test_a_frame_in_pieces_amid_a_character_is_read(port: int) -> None:
    stream = framed({"pattern": GET, "data": {"username": "ä😀"}, "id": "€"})
    with Speaker(port) as service:
        for at in range(len(stream)):
            service.socket.sendall(stream[at : at + 1])
        assert (service.read() or {})["id"] == "€"


@pytest.mark.parametrize(
    "nonsense",
    [
        b"x#{}", b"#", b"0#", b"-1#x", b"99999999999999#{}", b"1" * 100_000, b"2#{x", b"4#\xff\xff\xff\xff",
        "1#😀".encode(), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\xa5\x01\x00", b"2#[]",
        framed("[" * 20_000), framed('{"id":{"a":1}}'), b"\0" * 5_000,
    ],
)  # fmt: skip
def test_a_malformed_frame_ends_that_connection_only_and_is_counted(
    message_portal: Portal, port: int, nonsense: bytes
) -> None:
    def counted() -> int:
        return message_portal.log.count("a malformed frame")

    before = counted()
    with Speaker(port) as other, Speaker(port) as service:
        assert answered(other.ask(GET, {})) is None
        service.send({"pattern": GET, "data": {}, "id": "before"}, nonsense)
        answer = service.read()
        assert answer is None or answer["id"] == "before"
        assert answer is None or service.is_ended()
        wait_until(lambda: counted() == before + 1, 30, "the line in the log")
        assert answered(other.ask(GET, {})) is None
    assert "Traceback" not in message_portal.log


def test_malformed_frames_are_counted_among_the_numbers_of_the_portal(
    message_portal: Portal, port: int
) -> None:
    def counted() -> int:
        text = requests.get(f"{message_portal.url}/metrics", timeout=30).text
        found = re.search(r'^pforte_malformed_frames_total\{reason="too_long"\} (\d+)$', text, re.MULTILINE)
        return int(found[1]) if found else 0

    for _ in range(3):
        with Speaker(port) as service:
            service.send(b"99999999999999#{}")
            assert service.is_ended()
    wait_until(lambda: counted() == message_portal.log.count("(too_long)") >= 3, 30, "the numbers")


@pytest.mark.slow
@pytest.mark.parametrize("start", [b"1", b"90#{", b'90#{"id":"\xc3'])
def test_a_slow_frame_ends_the_connection_however_it_dribbles(port: int, start: bytes) -> None:
    """Attack: thousands of connections that never finish a frame (slowloris)."""
    with Speaker(port) as service, Speaker(port) as idle:
        service.send(start)
        began = time.monotonic()
        service.socket.settimeout(0.5)
        ended = False
        while not ended and time.monotonic() - began < 10 * FRAME_WITHIN:
            try:
                ended = service.socket.recv(10) == b""
            except TimeoutError:
                continue
            except ConnectionResetError:
                ended = True
        assert ended
        assert answered(idle.ask(GET, {})) is None, "between frames there is no hurry"


@pytest.mark.slow
def test_dribbling_does_not_win_time(port: int) -> None:
    with Speaker(port) as service:
        service.socket.settimeout(0.3)
        stream = framed({"pattern": GET, "data": {"username": "x" * 3_000}, "id": "1"})
        ended = False
        for at in range(200):
            try:
                service.socket.sendall(stream[at : at + 1])
                ended = service.socket.recv(10) == b""
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                ended = True
            if ended:
                break
        assert ended


def test_two_hundred_connections_at_once(port: int, person: Person) -> None:
    services = [Speaker(port) for _ in range(200)]
    try:
        for number, service in enumerate(services):
            service.send({"pattern": GET, "data": {"username": person.username}, "id": str(number)})
        for number, service in enumerate(services):
            answer = service.read()
            assert answer is not None
            assert answer["id"] == str(number)
            assert answered(answer)["username"] == person.username
    finally:
        for service in services:
            service.socket.close()


@pytest.mark.parametrize("start", [b"", b"1", b"90#{"], ids=["silence", "half a length", "half a text"])
def test_two_hundred_stalled_clients_delay_nobody(port: int, person: Person, start: bytes) -> None:
    """Attack: slowloris."""
    services = [Speaker(port) for _ in range(MANY)]
    try:
        for service in services:
            service.send(start)
        took = []
        for _ in range(TRIES):
            with Speaker(port) as other:
                began = time.monotonic()
                found = answered(other.ask(GET, {"username": person.username}))
                took.append(time.monotonic() - began)
                assert found["username"] == person.username
        assert min(took) < SOON
    finally:
        for service in services:
            service.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            service.socket.close()  # by a reset, which is no malformed frame


def test_malformed_frames_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """Attack: a line for each of a million connections."""
    listener = Listener(Flask("nobody"))
    for _ in range(5 * LINES_A_MINUTE):
        listener._note_malformed(Malformed("slow"), ("192.0.2.1", 1))
    listener._note_malformed(Malformed("not_utf8"), None)
    lines = [record.getMessage() for record in caplog.records]
    assert LINES_A_MINUTE <= sum("(slow)" in line for line in lines) <= 2 * LINES_A_MINUTE
    assert sum("(not_utf8)" in line for line in lines) == 1


def test_a_service_that_has_asked_is_not_driven_out_by_those_who_never_do(port: int) -> None:
    """Attack: as many connections as the listener takes; idle is what NestJS clients are between two messages."""
    with Speaker(port) as service:
        assert answered(service.ask(GET, {})) is None
        others = [Speaker(port) for _ in range(520)]
        try:
            assert answered(others[-1].ask(GET, {})) is None
            assert answered(service.ask(GET, {})) is None
        finally:
            for other in others:
                other.socket.close()


def test_beyond_its_most_connections_the_longest_silent_one_goes(port: int) -> None:
    """Attack: connections that are opened and never used must not lock services out."""
    services = [Speaker(port) for _ in range(520)]
    try:
        assert answered(services[-1].ask(GET, {})) is None
        assert services[0].is_ended()
    finally:
        for service in services:
            service.socket.close()


def test_who_asks_and_never_reads_is_cut_off(message_portal: Portal, port: int) -> None:
    """Attack: answers that pile up in memory."""
    asked = framed({"pattern": "x" * 30, "data": "y" * 100, "id": "z" * 20_000})
    with Speaker(port) as service:
        service.socket.settimeout(5)
        ended = False
        deadline = time.monotonic() + 60
        while not ended and time.monotonic() < deadline:
            try:
                service.socket.sendall(asked)
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                ended = True
        assert ended
    with Speaker(port) as other:
        assert answered(other.ask(GET, {})) is None


def test_no_token_is_ever_logged(message_portal: Portal, port: int, person: Person) -> None:
    app = register_app(message_portal, "--grant", "client_credentials", redirect_uri="")
    marker = f"secret{secrets.token_hex(8)}"
    with Speaker(port) as service:
        service.ask(CHECK, {"jwt": marker})
        service.send(framed("{" + marker))
        assert service.is_ended()
    assert marker not in message_portal.log
    assert (app.client_secret or "-") not in message_portal.log
