"""Servers that mean harm, or are broken: each costs three seconds and a few kilobytes at most."""

import gzip
import json
import socket
import time
from collections.abc import Callable

import pytest

from app.fetching.fetching import fetch_json, post_form
from app.fetching.refusals import FetchFailed
from tests.support.raw_servers import Answer, json_answer, raw_server

from .conftest import Network, failure, fetched, reason

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DOCUMENT = {"keys": [{"kty": "RSA", "n": "ä"}]}


def endlessly(start: bytes, piece: bytes, pause: float = 0) -> Callable[[socket.socket], None]:
    """Send until the other side has had enough."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return answer


def told(answer: Answer) -> str:
    with raw_server(answer) as server:
        return reason(server.url, server.place, seconds=1)


def test_a_document_arrives_and_the_question_says_nothing_but_who_asks() -> None:
    with raw_server(json_answer(json.dumps(DOCUMENT, ensure_ascii=False).encode())) as server:
        assert fetched(server.url, server.place).value == DOCUMENT
        assert server.questions == [
            f"GET /keys HTTP/1.1\r\nHost: {server.place}\r\nUser-Agent: Pforte\r\nAccept: application/json\r\n"
            "Accept-Encoding: identity\r\nConnection: close\r\n\r\n".encode()
        ]


@pytest.mark.parametrize(
    "kind", ["application/jwk-set+json", "Application/JSON; charset=utf-8", "application/json;"]
)
def test_content_types_of_json(kind: str) -> None:
    with raw_server(json_answer(b"[]", kind=kind)) as server:
        assert fetched(server.url, server.place).value == []


@pytest.mark.parametrize(
    "body", [b"4\r\n[1, \r\n2\r\n2]\r\n0\r\n\r\n", b"6;a=b\r\n[1, 2]\r\n0\r\nX: y\r\n\r\n"]
)
def test_a_body_in_chunks(body: bytes) -> None:
    with raw_server(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + body) as server:
        assert fetched(server.url, server.place).value == [1, 2]


def test_a_body_that_ends_with_its_connection() -> None:
    with raw_server(HEAD + b"\r\n[1]") as server:
        assert fetched(server.url, server.place).value == [1]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ([], None), (["Cache-Control: public, max-age=300"], 300), (['cache-control: MAX-AGE="60"'], 60),
        (["Cache-Control: max-age=300", "Age: 100"], 200), (["Cache-Control: max-age=3", "Age: 100"], 0),
        (["Cache-Control: no-store"], 0), (["Cache-Control: public", "Cache-Control: no-cache"], 0),
        (["Cache-Control: max-age=soon"], None), (["Cache-Control: max-age=-1"], None),
        (["Cache-Control: max-age=99999999999999"], None), (["Cache-Control: s-maxage=5"], None),
    ],
)  # fmt: skip
def test_how_long_a_document_may_be_kept(headers: list[str], seconds: int | None) -> None:
    with raw_server(json_answer(b"{}", *headers)) as server:
        assert fetched(server.url, server.place).max_age == seconds


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "304 Not Modified", "307 T", "308 P"]
)
@pytest.mark.parametrize("to", ["http://169.254.169.254/latest/meta-data/", "/keys", "https://8.8.8.8/"])
def test_attack_a_redirect_to_a_metadata_address_is_not_followed(
    network: Network, status: str, to: str
) -> None:
    with raw_server(json_answer(b"{}", f"Location: {to}", status=status)) as server:
        assert reason(server.url, server.place) == "redirected"
        assert server.met == 1
        with pytest.raises(FetchFailed, match="redirected"):
            post_form(server.url, {"a": "b"}, [server.place])
    assert network.reached == ["127.0.0.1"] * 2


@pytest.mark.parametrize(
    "status", ["201 Created", "204 No Content", "206 Partial Content", "404 Not Found", "500 No"]
)
def test_only_200_is_a_document(status: str) -> None:
    with raw_server(json_answer(b"{}", status=status)) as server:
        failed = failure(server.url, server.place)
        assert (failed.reason, failed.facts["status"]) == ("status", int(status[:3]))


def test_attack_a_slow_drip_of_headers_or_body_ends_with_the_deadline() -> None:
    for start in (HEAD + b"X: ", HEAD + b"\r\n"):
        began = time.monotonic()
        assert told(endlessly(start, b" ", pause=0.05)) == "timeout"
        assert time.monotonic() - began < 2.5


def test_attack_silence_after_the_connection_or_within_the_handshake() -> None:
    def silence(_connection: socket.socket) -> None:
        time.sleep(3)

    assert told(silence) == "timeout"
    with raw_server(silence) as server:
        assert reason(f"https://{server.place}/", server.place, seconds=0.5) == "timeout"


def test_attack_a_name_server_that_never_answers(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: time.sleep(2) or [])
    began = time.monotonic()
    assert reason("https://silent.example/", seconds=0.3) == "timeout"
    assert time.monotonic() - began < 1.5
    assert network.reached == []


@pytest.mark.parametrize(
    "answer",
    [
        endlessly(HEAD + b"\r\n", b"[" * 65_536),
        endlessly(HEAD + b"Content-Length: 1000000000\r\n\r\n", b" " * 65_536),
        endlessly(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b" " * 4096 + b"\r\n"),
        endlessly(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        json_answer(b'"' + b"a" * 5120 + b'"'),
    ],
    ids=["endless", "a gigabyte", "endless chunks", "tiny chunks", "a byte too many"],
)
def test_attack_a_body_of_a_gigabyte_is_cut(answer: Answer) -> None:
    assert told(answer) == "too_large"


def test_five_kilobytes_are_no_byte_too_many() -> None:
    with raw_server(json_answer(b'"' + b"a" * 5118 + b'"')) as server:
        assert len(fetched(server.url, server.place).value) == 5118


def test_a_caller_may_take_more_or_less() -> None:
    with raw_server(json_answer(b'"aaaaaaaa"')) as server:
        assert reason(server.url, server.place, most=9) == "too_large"
        assert fetch_json(server.url, [server.place], most=10).value == "aaaaaaaa"


def test_attack_a_gzip_bomb_is_not_opened() -> None:
    bomb = gzip.compress(b" " * 10_000_000 + b"{}")[:5000]
    assert told(json_answer(bomb, "Content-Encoding: gzip")) == "not_json"
    assert told(json_answer(bomb)) == "not_json"


@pytest.mark.parametrize(
    "piece", [b"X: y\r\n", b"a" * 1000, b"X: " + b"y" * 4000 + b"\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"]
)
def test_attack_headers_without_end(piece: bytes) -> None:
    start = b"" if piece.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\n"
    assert told(endlessly(start, piece)) in ("too_large", "not_http")


@pytest.mark.parametrize(
    "kind", ["text/html", "text/plain", "application/jsonp", "application/jwt", "", "a\x00b"]
)
def test_another_content_type_is_refused_even_where_the_body_is_json(kind: str) -> None:
    assert told(json_answer(b"{}", kind=kind)) == "not_json"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"<html>", b"NaN", b"[Infinity]", b"[" * 5000, b"9" * 5000, b'"\xff"', b"\xef\xbb\xbf{}", "[]".encode("utf-16")],
)  # fmt: skip
def test_a_body_that_is_no_json(body: bytes) -> None:
    assert told(json_answer(body)) == "not_json"


@pytest.mark.parametrize(
    "garbage",
    [
        b"{}", b"<html>hello</html>", b"\x00\xff\x16\x03", b"HTTP/9.9 200 OK\r\n\r\n{}", b"HTTP/1.1 abc OK\r\n\r\n{}", b"", b"SSH-2.0-a\r\n",
        b"HTTP/1.1 99 OK\r\n\r\n{}", HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}", HEAD + b"Content-Length: 20\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n{}", HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{}",
    ],
)  # fmt: skip
def test_attack_garbage_and_http_0_9_are_no_answer(garbage: bytes) -> None:
    assert told(garbage) == "not_http"


def test_attack_what_the_server_writes_is_told_short_and_printable() -> None:
    with raw_server(json_answer(b"{}", kind="text/\x1b[31m" + "a" * 500)) as server:
        said = failure(server.url, server.place).facts["content_type"]
    assert isinstance(said, str)
    assert said.isprintable()
    assert len(said) <= 100


def test_nobody_listens() -> None:
    with raw_server(b"") as server:
        pass
    failed = failure(server.url, server.place)
    assert (failed.reason, failed.facts["detail"]) == ("unreachable", "connection refused")


def test_a_name_that_nobody_has(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert failure("https://keys.example/").facts == {
        "host": "keys.example",
        "detail": "the name is not known",
    }
    assert network.reached == []


@pytest.mark.parametrize("status", ["200 OK", "204 No Content", "400 Bad Request", "503 Busy"])
def test_a_form_is_handed_over_and_its_status_told(status: str) -> None:
    with raw_server(f"HTTP/1.1 {status}\r\n\r\n".encode()) as server:
        assert post_form(server.url, {"logout_token": "a.b&c"}, [server.place]) == int(status[:3])
        head, _, body = server.questions[0].partition(b"\r\n\r\n")
    assert body == b"logout_token=a.b%26c"
    assert b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 20" in head


def test_an_endless_answer_to_a_form_is_not_read() -> None:
    with raw_server(endlessly(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 65_536)) as server:
        assert post_form(server.url, {}, [server.place]) == 200
