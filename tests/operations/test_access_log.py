"""The access log of a running portal: one line for every answer, nothing secret in it, nothing forged."""

import json
import re
import socket
from typing import Any

import pytest
import requests

from tests.support.portals import Portal, StartPortal
from tests.support.ports import wait_until

LINK = "pf_link_hunter2hunter2hunter2"


def lines_of(portal: Portal) -> list[dict[str, Any]]:
    return [json.loads(line) for line in portal.log.splitlines() if line.startswith("{")]


def line_of(portal: Portal, request_id: str) -> dict[str, Any]:
    """The line of one request, which is written after its answer."""

    def found() -> list[dict[str, Any]]:
        return [line for line in lines_of(portal) if line.get("request_id") == request_id]

    wait_until(found, 30, f"the line of {request_id}")
    (line,) = found()
    return line


@pytest.fixture(scope="module")
def shared(databases: Any) -> Any:
    """A portal behind one proxy that writes JSON."""
    from tests.support.portals import running_portal

    with running_portal(
        databases.new_url("sqlite"), workers=1, ACCESS_LOG="json", LOG_FORMAT="json", TRUSTED_PROXIES="1"
    ) as portal:
        yield portal


def test_the_name_of_a_person_in_a_path_is_not_written(shared: Portal) -> None:
    answer = requests.get(f"{shared.url}/api/users/annamaria", timeout=30)
    assert line_of(shared, answer.headers["X-Request-Id"])["path"] == "/api/users/[name]"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200), ("HEAD", "/login", 200), ("GET", "/nowhere", 404), ("POST", "/logout", 400),
        ("GET", "/oauth/jwks.json", 200), ("GET", "/.well-known/openid-configuration", 200),
        ("GET", "/static/css/base.css", 200), ("POST", "/oauth/token", 400), ("DELETE", "/", 405),
    ],
)  # fmt: skip
def test_every_answer_has_its_line(shared: Portal, method: str, path: str, status: int) -> None:
    answer = requests.request(method, f"{shared.url}{path}?code=hunter2", timeout=30)
    line = line_of(shared, answer.headers["X-Request-Id"])
    assert (line["method"], line["path"], line["status"]) == (method, path, status)
    assert line["bytes"] == len(answer.content)
    assert line["duration_ms"] > 0
    assert line["remote"] == "127.0.0.1"
    assert line["user_agent"].startswith("python-requests/")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])


@pytest.mark.parametrize(
    "path",
    [
        f"/reset-password/{LINK}", f"/verify-email/{LINK}", f"/undo-email/{LINK}", f"/setup/{LINK}",
        "/reset-password/hunter2", "/undo-email/hunter2",
        "/setup/%68unter2", f"/nowhere/{LINK}", "/x/eyJhbGciOiJIUzI1NiJ9.hunter2", f"/Reset-Password/{LINK}",
        f"/account?token={LINK}", "/register?invite=hunter2", f"//reset-password/{LINK}",
    ],
)  # fmt: skip
def test_one_time_tokens_and_queries_are_not_written(shared: Portal, path: str) -> None:
    answer = requests.get(f"{shared.url}{path}", allow_redirects=False, timeout=30)
    assert "hunter2" not in json.dumps(line_of(shared, answer.headers["X-Request-Id"]))
    assert "hunter2" not in shared.log


@pytest.mark.parametrize(
    "path",
    ["/a%0A%7B%22forged%22:1%7D", "/a%0D%0Ab", "/a%22%5C", "/%FF%FE", "/%00", "/%1B%5B2K", "/" + "x" * 5000],
)
def test_log_injection_by_the_path_fails(shared: Portal, path: str) -> None:
    answer = requests.get(f"{shared.url}{path}", timeout=30)
    line = line_of(shared, answer.headers["X-Request-Id"])
    assert re.fullmatch(r"[!-~]{1,310}", line["path"])
    assert not any("forged" in each for each in lines_of(shared))


def test_log_injection_by_the_user_agent_fails(shared: Portal) -> None:
    for agent in ('x", "status": 999, "y": "', "\\", "caf\u00e9 \u202e", "a\t{", f"a {LINK}", "z" * 4000):
        headers = {"User-Agent": agent.encode()}
        answer = requests.get(f"{shared.url}/health/live", headers=headers, timeout=30)
        line = line_of(shared, answer.headers["X-Request-Id"])
        assert line["status"] == 200
        assert len(line["user_agent"]) <= 220
    assert "hunter2" not in shared.log
    assert all(line.isascii() and len(line) < 4096 for line in shared.log.splitlines())


@pytest.mark.parametrize(
    ("forwarded", "remote"),
    [
        ("203.0.113.7", "203.0.113.7"), ("10.0.0.1, 2001:db8::1", "2001:db8::1"), ("unknown forged", "-"),
        ("203.0.113.7:40000", "203.0.113.7"), ("[2001:DB8::1]:443", "2001:db8::1"), ("::ffff:203.0.113.7", "203.0.113.7"),
    ],
)  # fmt: skip
def test_behind_a_trusted_proxy_the_real_address_is_written(
    shared: Portal, forwarded: str, remote: str
) -> None:
    headers = {"X-Forwarded-For": forwarded}
    answer = requests.get(f"{shared.url}/robots.txt", headers=headers, timeout=30)
    assert line_of(shared, answer.headers["X-Request-Id"])["remote"] == remote


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
        b"GET /reset-password/hunter2 HTTP/9.9\r\nHost: x\r\n\r\n",
        b"GET /reset-password/pf_link_hunter2 NONSENSE\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x1b[2K\r\n\r\n",
    ],
)
def test_what_gunicorn_itself_refuses_leaves_a_line_without_secrets(shared: Portal, sent: bytes) -> None:
    before = len(lines_of(shared))
    with socket.create_connection(("127.0.0.1", int(shared.url.rpartition(":")[2])), 30) as connection:
        connection.sendall(sent)
        assert connection.recv(4096).startswith(b"HTTP/1.1 4")
    wait_until(lambda: len(lines_of(shared)) > before, 30, "a line about the refused request")
    assert "Traceback" not in shared.log
    assert "\x1b" not in shared.log
    assert "pf_link_" not in shared.log


def test_a_line_of_text_is_for_reading(sqlite_portal: Portal) -> None:
    request_id = requests.get(f"{sqlite_portal.url}/robots.txt", timeout=30).headers["X-Request-Id"]
    wait_until(lambda: request_id in sqlite_portal.log, 30, "the line")
    (line,) = [each for each in sqlite_portal.log.splitlines() if request_id in each]
    shape = r'\S+Z 127\.0\.0\.1 GET /robots\.txt 200 \d+ [\d.]+ms [a-z2-7]{20} "python-requests/[\d.]+"'
    assert re.fullmatch(shape, line)


def test_switched_off_it_writes_nothing(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=1, ACCESS_LOG="off")
    requests.get(f"{portal.url}/robots.txt", timeout=30)
    assert portal.stop() == 0
    assert "robots" not in portal.log
