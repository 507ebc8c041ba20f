"""The reverse proxies of docs/operations.md, real ones, with exactly the examples' configuration."""

import os
import secrets
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.support.databases import Databases
from tests.support.documented import adapted, block
from tests.support.documented_certificates import make_certificate
from tests.support.people import SECONDS, FromAddress, Person
from tests.support.portals import Portal, running_portal
from tests.support.ports import free_port, is_open, wait_until
from tests.support.servers import program
from tests.support.stalls import SORTS, answers_soon, stalled

CALLBACK = "http://127.0.0.1:9/callback"
ANOTHER_MACHINE = "127.0.0.7"
NGINX = """daemon off; pid nginx.pid; error_log error.log; worker_processes 1;
events {{}}
http {{
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
    {example}
}}"""


class Proxy:
    """A running proxy with its portal behind it."""

    def __init__(self, portal: Portal, folder: Path, cert: Path, log: Path | None) -> None:
        self.portal = portal
        self.url = portal.url
        self.folder = folder
        self.cert = str(cert)
        self.log = log

    def person(self) -> Person:
        """Somebody whose browser believes the certificate and has an address of its own."""
        somebody = Person(self.url)
        somebody.browser.verify = self.cert
        somebody.browser.trust_env = False
        somebody.browser.mount("https://", FromAddress(ANOTHER_MACHINE))
        return somebody


def nginx(folder: Path, port: int, upstream: int, cert: Path, key: Path) -> list[str]:
    changes = {
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443": f"listen 127.0.0.1:{port}",
        "server_name id.example.org;": "server_name localhost;",
        "/etc/ssl/id.example.org.pem": str(cert),
        "/etc/ssl/id.example.org.key": str(key),
        "/var/log/nginx/pforte.log": str(folder / "access.log"),
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
    }
    example = adapted(block("nginx", "server_name"), changes)
    (folder / "nginx.conf").write_text(NGINX.format(example=example), encoding="utf-8")
    return ["-p", str(folder), "-c", "nginx.conf", "-e", "error.log"]


def caddy(folder: Path, port: int, upstream: int, cert: Path, key: Path) -> list[str]:
    changes = {
        "id.example.org {": f"https://localhost:{port} {{\n\ttls {cert} {key}",
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
    }
    version = subprocess.run([str(program("caddy")), "version"], capture_output=True, text=True, check=True)
    if version.stdout.lstrip("v").startswith("2.6.2"):  # Debian 12; the page says so
        changes["request_buffers 1MB"] = "buffer_requests"
    example = adapted(block("caddyfile", "reverse_proxy"), changes)
    own = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"
    (folder / "Caddyfile").write_text(own + example, encoding="utf-8")
    return ["run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


KINDS: dict[str, Callable[[Path, int, int, Path, Path], list[str]]] = {"nginx": nginx, "caddy": caddy}


@contextmanager
def running_proxy(kind: str, databases: Databases) -> Iterator[Proxy]:
    server = program(kind)
    if server is None:
        pytest.skip(f"{kind} is not installed (apt-get install {kind})")
    folder, port, upstream = Path(tempfile.mkdtemp(prefix=f"pforte-{kind}-")), free_port(), free_port()
    folder.chmod(0o755)  # nginx's worker is another user
    cert, key = make_certificate(folder, "localhost")
    changes = {
        "ISSUER": f"https://localhost:{port}", "SERVER_PORT": str(upstream), "TRUSTED_PROXIES": "1",
        "APP_ENV": "production", "MAIL_URL": "smtp://127.0.0.1:9", "MAIL_FROM": "pforte@example.org",
    }  # fmt: skip
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        portal = stack.enter_context(running_portal(databases.new_url("sqlite"), workers=2, **changes))
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [server, *KINDS[kind](folder, port, upstream, cert, key)],
                env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        stack.callback(process.wait)
        stack.callback(process.terminate)
        wait_until(lambda: is_open(port) or process.poll() is not None, 30, kind)
        assert process.poll() is None, (folder / "log").read_text()
        yield Proxy(portal, folder, cert, folder / "access.log" if kind == "nginx" else None)


@pytest.fixture(scope="module", params=KINDS)
def proxy(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Proxy]:
    """The portal behind each of the two."""
    with running_proxy(request.param, databases) as running:
        yield running


def test_people_sign_in_and_apps_get_tokens_through_the_proxy(proxy: Proxy) -> None:
    app = proxy.portal.flask_json(
        "client", "create", f"Proxied {secrets.token_hex(3)}", "--redirect-uri", CALLBACK
    )
    person = proxy.person().register()
    person.sign_out().sign_in()
    state = secrets.token_hex(3000)  # the answer's headers repeat it
    asked = {"client_id": app["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "state": state}
    back = parse_qs(urlsplit(person.allow(f"{proxy.url}/oauth/authorize?{urlencode(asked)}")).query)
    assert (back["state"], back["iss"]) == ([state], [proxy.url])
    fields = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": CALLBACK}
    auth = (app["client_id"], app["client_secret"])
    tokens = requests.post(
        f"{proxy.url}/oauth/token", fields, auth=auth, verify=proxy.cert, timeout=SECONDS
    ).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = requests.get(f"{proxy.url}/oauth/me", headers=headers, verify=proxy.cert, timeout=SECONDS).json()
    assert told["username"] == person.username


def test_cookies_are_secure_and_browsers_are_told_to_stay_with_tls(proxy: Proxy) -> None:
    person = proxy.person().register()
    name = f"__Host-pforte-{urlsplit(proxy.url).port}"
    names = {name, f"{name}-token", f"{name}-known"}
    assert {cookie.name for cookie in person.browser.cookies} == names
    assert all((cookie.secure, cookie.path) == (True, "/") for cookie in person.browser.cookies)
    assert person.page is not None
    assert int(person.page.headers["Strict-Transport-Security"].partition("=")[2]) > 10**7


def test_the_portal_sees_the_real_address_whatever_the_browser_claims(proxy: Proxy) -> None:
    person = proxy.person()
    for name, value in (
        ("X-Forwarded-For", "6.6.6.6"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "for=6.6.6.6"),
    ):
        person.browser.headers[name] = value
    person.register().open("/account/sessions")
    assert f"<code>{ANOTHER_MACHINE}</code>" in person.text
    assert "6.6.6.6" not in person.text
    assert "evil.example" not in person.text


def test_a_body_too_large_is_refused_by_the_portal_and_a_huge_one_by_the_proxy(proxy: Proxy) -> None:
    too_large = {"username": "x" * 300_000}
    answer = requests.post(f"{proxy.url}/login", too_large, verify=proxy.cert, timeout=SECONDS)
    assert (answer.status_code, "X-Request-Id" in answer.headers) == (413, True)
    # Announced only: who sends all of it may find the connection closed before the answer is read.
    address = urlsplit(proxy.url)
    context = ssl.create_default_context(cafile=proxy.cert)
    connection = HTTPSConnection(address.hostname or "", address.port, timeout=SECONDS, context=context)
    connection.putrequest("POST", "/login")
    connection.putheader("Content-Length", "6000000")
    connection.endheaders(b"username=x")
    refused = connection.getresponse()
    assert (refused.status, refused.getheader("X-Request-Id")) == (413, None)
    connection.close()


@pytest.mark.parametrize("sort", SORTS)
def test_two_hundred_stalled_clients_delay_nobody_behind_the_proxy(proxy: Proxy, sort: str) -> None:
    """Attack: bodies that stop, which Caddy hands on as they come unless it is told to wait for them."""
    context = ssl.create_default_context(cafile=proxy.cert)
    with stalled(sort, urlsplit(proxy.url).port or 0, context):
        answers_soon(proxy.url, proxy.cert)


def test_one_time_links_are_not_written_down(proxy: Proxy) -> None:
    if proxy.log is None:
        assert not list(proxy.folder.glob("*access*"))  # Caddy writes none unless told to
        return
    secret = secrets.token_hex(8)
    for path in (
        f"/reset-password/{secret}",
        f"/verify-email/{secret}",
        f"/undo-email/{secret}",
        f"/setup/{secret}",
        f"/login?next=/{secret}",
    ):
        requests.get(f"{proxy.url}{path}", verify=proxy.cert, timeout=SECONDS)
    wait_until(lambda: '"GET /login"' in proxy.log.read_text(), 10, "the last line")
    written = proxy.log.read_text(encoding="utf-8")
    assert '"GET /reset-password/***" 410' in written
    assert secret not in written


def test_while_the_portal_is_away_everybody_is_asked_to_come_back(proxy: Proxy) -> None:
    proxy.portal.stop()
    try:
        for path in ("/", "/oauth/token"):
            answer = requests.post(f"{proxy.url}{path}", {"a": "b"}, verify=proxy.cert, timeout=SECONDS)
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "10"
            assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
            assert "<h1>Back in a moment</h1>" in answer.text
    finally:
        proxy.portal.start()
