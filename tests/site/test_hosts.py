"""Host headers of any shape: our own are served, others are a 421, everything else is a 400 with a page, nothing is a 5xx."""

import re
import socket
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from app.site.hosts import FOR_EVERY_NAME, is_host
from tests.support.apps import MakeApp
from tests.support.portals import Portal

pytestmark = pytest.mark.any_database
LABEL = "a" * 63
SERVED = [
    "localhost",
    "LOCALHOST:9",
    "localhost.",
    "127.0.0.1:8000",
    "127.0.0.9",
    "[::1]",
    "[::1]:8000",
    "[::ffff:127.0.0.1]",
]
FOREIGN = [
    "id.example.org", "ID.Example.ORG:443", "localhost.evil.example", "127.0.0.1.evil.example", "203.0.113.7:8000",
    "[2001:db8::1]", "0.0.0.0", "127.1", "evil.example", "pforte_portal_1:8000", "a:", LABEL, f"{LABEL}.example", "xn--bcher-kva.example",
    "xn--strae-oqa.example", "xn--", "xn--a", "xn--" + "9" * 50,
    ".".join([LABEL, LABEL, LABEL, "a" * 61]),
]  # fmt: skip
REFUSED = [
    # names that are none
    f"{LABEL}a", f"a.{LABEL}a.example", ".".join([LABEL, LABEL, LABEL, "a" * 62]), "a." * 2000, "a" * 5000,
    ".", "..", ".a", "a..b", "a...", "*", "a,b", "a b", "a\tb", "a;b", "%00", "%61",
    # addresses and ports that are none
    "[", "]", "[]", "[::1", "::1", "[zz]", "[:::::]", "[::1]]", "[1.2.3.4]", "[v1.x]", "[fe80::1%25eth0]", "[::1]x",
    ":80", "a:0", "a:65536", "a:99999", "a:999999", "a:-1", "a:+1", "a:b", "a:80:80", "a:8 0", "a:٣",
    # addresses of something else
    "user@a", "user:pass@a", "http://a", "a/b", "//a", "a?b", "a#b", "a\\b", "<script>alert(1)</script>", "'", '"',
    # letters beyond ASCII, as bytes and as UTF-8
    "ä.example", "a\xad.b", "℀.example", "a．b", "\x7f", "\xff\xfe", "☃", "\u202ea",
]  # fmt: skip
PATHS = [
    ("GET", "/"), ("HEAD", "/"), ("POST", "/login"), ("GET", "/account"), ("GET", "/nowhere"), ("GET", "//x//y"),
    ("GET", "/?locale=de"), ("GET", "/health/live"), ("GET", "/static/css/nothing.css"), ("GET", "/metrics"),
    ("GET", "/oauth/authorize?client_id=x&redirect_uri=http://["), ("POST", "/oauth/token"), ("GET", "/oauth/userinfo"),
    ("OPTIONS", "/oauth/token"), ("GET", "/oauth/jwks.json"), ("GET", "/.well-known/openid-configuration"),
    ("POST", "/api/auth"), ("GET", "/api/greet"),
]  # fmt: skip


def ask(app: Flask, method: str, path: str, host: str) -> tuple[int, dict[str, str], str]:
    """The answer to a request whose Host is that, as a server hands it on: Flask's own client refuses to send it."""
    headers = {
        "Origin": "https://app.example.org",
        "Referer": "https://app.example.org/",
        "Accept-Language": "de",
    }
    environ = EnvironBuilder(path=path, method=method, headers=headers).get_environ()
    environ["HTTP_HOST"] = host.encode("utf-8").decode("latin-1")
    body, status, sent = run_wsgi_app(app, environ)
    return int(status.split()[0]), dict(sent), b"".join(body).decode()


def test_names_and_addresses_of_this_machine_are_served(app: Flask) -> None:
    answers = {(host, path): ask(app, method, path, host)[0] for host in SERVED for method, path in PATHS}
    assert not {asked: status for asked, status in answers.items() if status >= 500}
    assert {answers[host, "/"] for host in SERVED} == {200}


def test_attack_a_foreign_name_is_made_to_point_to_the_portal(app: Flask) -> None:
    """DNS rebinding: a page at that name could read what a portal on loopback answers; and redirects led to it."""
    paths = [(method, path) for method, path in PATHS if not path.startswith(FOR_EVERY_NAME)]
    answers = {(host, path): ask(app, method, path, host) for host in FOREIGN for method, path in paths}
    assert not {
        asked: answer[0]
        for asked, answer in answers.items()
        if answer[0] != (404 if asked[1] == "/metrics" and asked[0] in BY_ADDRESS else 421)
    }
    for _status, headers, _body in answers.values():
        assert len(headers["X-Request-Id"]) == 20
        assert "Location" not in headers


# Prometheus asks by address; METRICS_ALLOW knows nobody without one.
BY_ADDRESS = ("203.0.113.7:8000", "[2001:db8::1]", "0.0.0.0")


@pytest.mark.parametrize("host", ["10.0.0.5:8000", "[2001:db8::5]:8000", "portal:8000", "evil.example"])
def test_probes_ask_by_the_address_or_name_of_a_container(app: Flask, host: str) -> None:
    assert ask(app, "GET", "/health/live", host)[0] == 200
    assert ask(app, "GET", "/health/ready", host)[0] == 200
    assert ask(app, "GET", "/health/../login", host)[0] != 200


@pytest.mark.parametrize(
    ("issuer", "hosts"),
    [
        ("https://id.example.org", ["id.example.org", "ID.EXAMPLE.ORG:443", "id.example.org.", "id.example.org:8443"]),
        ("https://bücher.example", ["xn--bcher-kva.example"]),
        ("https://192.0.2.1:8000", ["192.0.2.1:8000", "192.0.2.1"]),
        ("https://[2001:DB8::1]", ["[2001:db8::1]", "[2001:db8:0::1]:443"]),
    ],
)  # fmt: skip
def test_the_issuers_host_is_served(app_with: MakeApp, issuer: str, hosts: list[str]) -> None:
    app = app_with(ISSUER=issuer)
    assert {host: ask(app, "GET", "/login", host)[0] for host in hosts} == dict.fromkeys(hosts, 200)
    assert ask(app, "GET", "/login", "example.org")[0] == 421


def test_further_hosts_are_a_setting(app_with: MakeApp) -> None:
    app = app_with(TRUSTED_HOSTS="Portal, 10.0.0.5 2001:DB8::5")
    served = ["portal:8000", "10.0.0.5", "[2001:db8::5]:8000"]
    assert {host: ask(app, "POST", "/api/auth", host)[0] for host in served} == dict.fromkeys(served, 415)
    assert ask(app, "POST", "/api/auth", "10.0.0.6")[0] == 421


def test_people_at_a_foreign_name_are_led_to_the_portal(
    app_with: MakeApp, caplog: pytest.LogCaptureFixture
) -> None:
    app = app_with(ISSUER="https://id.example.org")
    _status, headers, page = ask(app, "GET", "/account", "wrong.example")
    assert headers["Content-Type"].startswith("text/html")
    assert '<html lang="de">' in page
    assert "<code>421</code>" in page
    assert 'href="https://id.example.org/"' in page
    assert "wrong.example" not in page
    styles = re.findall(r'href="(/static/[^"?]+\.css)', page)
    assert {ask(app, "GET", path, "wrong.example")[0] for path in styles} == {200}
    assert ask(app, "POST", "/api/auth", "wrong.example")[1]["Content-Type"] == "application/json"
    assert caplog.text.count("wrong.example") == 1
    assert "TRUSTED_HOSTS" in caplog.text


def test_what_is_no_host_is_refused_at_every_door(app: Flask) -> None:
    answers = {(host, path): ask(app, method, path, host) for host in REFUSED for method, path in PATHS}
    assert not {asked: answer[0] for asked, answer in answers.items() if answer[0] != 400}
    for (_host, path), (_status, headers, _body) in answers.items():
        assert len(headers["X-Request-Id"]) == 20
        assert "Location" not in headers
        assert "Set-Cookie" not in headers or path == "/?locale=de"


def test_people_get_a_page_in_their_language_and_programs_json(app: Flask) -> None:
    _status, headers, page = ask(app, "GET", "/login", "<script>")
    assert headers["Content-Type"].startswith("text/html")
    assert '<html lang="de">' in page
    assert "<code>400</code>" in page
    assert headers["X-Request-Id"] in page
    assert "<script>" not in page
    for path in ("/oauth/token", "/api/greet", "/oauth/jwks.json"):
        assert ask(app, "GET", path, "<script>")[1]["Content-Type"] == "application/json"


def test_the_page_needs_no_database(make_app: MakeApp) -> None:
    app = make_app(DATABASE_URL="mysql+pymysql://me@127.0.0.1:1/pforte")
    assert ask(app, "GET", "/account", "a..b")[0] == 400


def test_a_forwarded_host_is_looked_at_where_proxies_are_believed(make_app: MakeApp) -> None:
    client: FlaskClient = make_app(TRUSTED_PROXIES="1", ISSUER="https://id.example.org").test_client()
    for host in ("a..b", "[", f"{LABEL}a", "a, b:x"):
        assert client.get("/login", headers={"X-Forwarded-Host": host}).status_code == 400, host
    assert client.get("/login", headers={"X-Forwarded-Host": "evil.example"}).status_code == 421
    assert client.get("/login", headers={"X-Forwarded-Host": "id.example.org"}).status_code == 200


@given(st.text(alphabet=st.characters(codec="latin-1"), max_size=80) | st.text("ax-.:[]0_n%@", max_size=80))
def test_whatever_is_taken_for_a_host_can_be_read_by_every_library(host: str) -> None:
    if is_host(host):
        parts = urlsplit(f"http://{host}/")
        assert parts.hostname
        assert parts.port is None or 1 <= parts.port <= 65_535
        assert ":" in parts.hostname or parts.hostname.encode("idna")


def said(portal: Portal, request: bytes) -> bytes:
    """The status line with which gunicorn answers these bytes."""
    with socket.create_connection(("127.0.0.1", urlsplit(portal.local).port or 0), 30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answer:
            return answer.readline().rstrip()


@pytest.mark.slow
def test_over_a_socket_no_host_and_no_request_line_is_our_fault(sqlite_portal: Portal) -> None:
    portal, before = sqlite_portal, len(sqlite_portal.log)
    sent = {host.encode(charset, "replace") for host in REFUSED for charset in ("utf-8", "latin-1")}
    for host in sent:
        head = b"GET /login HTTP/1.1\r\nHost: %s\r\n\r\n" % host
        assert said(portal, head).startswith(b"HTTP/1.1 400 "), host
    for line in (
        b"GET http://[/ ", b"GET http://[::1/ ", b"GET http://a:x/ ", b"GET http://a:99999/ ", b"GET //[ ", b"GET //[x]:y/ ",
        b"GET http: ", b"GET http:// ", b"GET x ", b"GET ?x ", b"GET #x ", b"GET /%ff%00 ", b"GET /\xff ", b"OPTIONS * ",
        b"CONNECT a:443 ", "GET http://℀/ ".encode(),
    ):  # fmt: skip
        status = said(portal, line + b"HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"200" <= status.split()[1] < b"500", line
    for head in (b"Host: a\r\nHost: b", b"Host : a", b"Host: a\r\n b", b"Host: a\0b", b"Host: a\rb"):
        assert said(portal, b"GET / HTTP/1.1\r\n%s\r\n\r\n" % head).startswith(b"HTTP/1.1 400 "), head
    assert "Traceback" not in portal.log[before:]
