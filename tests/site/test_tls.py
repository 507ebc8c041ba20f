"""TLS straight from gunicorn: real HTTPS with a certificate made here."""

import secrets
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from config import ConfigurationError
from tests.support.certificates import Certificate, locked_key, make_certificate
from tests.support.databases import Databases
from tests.support.people import Person
from tests.support.portals import CHECKOUT, Portal, running_portal
from tests.support.ports import free_port

SECONDS = 30
CALLBACK = "https://app.example.org/callback"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secure(databases: Databases, certificate: Certificate) -> Iterator[Portal]:
    """A portal on https://127.0.0.1, whose issuer follows from its settings."""
    port = free_port()
    with running_portal(
        databases.new_url("sqlite"), workers=1, url=f"https://127.0.0.1:{port}", SERVER_PORT=str(port),
        TLS_CERT=str(certificate.cert), TLS_KEY=str(certificate.key),
        REQUESTS_CA_BUNDLE=str(certificate.authority),
    ) as portal:  # fmt: skip
        yield portal


@pytest.fixture(autouse=True)
def trust(certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate.authority))


def test_the_issuer_is_https_and_browsers_are_held_to_it(secure: Portal) -> None:
    document = requests.get(f"{secure.url}/.well-known/openid-configuration", timeout=SECONDS).json()
    assert document["issuer"] == secure.url
    assert all(value.startswith(secure.url) for name, value in document.items() if name.endswith("_endpoint"))
    page = requests.get(f"{secure.url}/login?locale=de", timeout=SECONDS)
    assert "max-age=63072000" in page.headers["Strict-Transport-Security"]
    cookies = page.raw.headers.getlist("Set-Cookie")
    name = f"__Host-pforte-{urlsplit(secure.url).port}="
    assert any(cookie.startswith(name) for cookie in cookies)
    assert all("Secure" in cookie and "HttpOnly" in cookie for cookie in cookies)


def test_somebody_signs_in_and_an_app_gets_tokens_over_https(secure: Portal) -> None:
    made: Any = secure.flask_json(
        "client", "create", f"Secure {secrets.token_hex(4)}", "--redirect-uri", CALLBACK
    )
    person = Person(secure.url).register()
    query = urlencode(
        {"client_id": made["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "state": "s"}
    )
    back = parse_qs(urlsplit(person.allow(f"{secure.url}/oauth/authorize?{query}")).query)
    assert back["iss"] == [secure.url]
    fields = {"grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": CALLBACK}
    auth = (made["client_id"], made["client_secret"])
    tokens = requests.post(f"{secure.url}/oauth/token", fields, auth=auth, timeout=SECONDS).json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = requests.get(f"{secure.url}/oauth/me", headers=headers, timeout=SECONDS).json()
    assert told["username"] == person.username


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        (ssl.TLSVersion.TLSv1, False), (ssl.TLSVersion.TLSv1_1, False),
        (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_only_tls_1_2_and_newer_is_spoken(
    secure: Portal, certificate: Certificate, version: ssl.TLSVersion, accepted: bool
) -> None:
    context = ssl.create_default_context(cafile=str(certificate.authority))
    context.set_ciphers("ALL:@SECLEVEL=0")  # a caller that would take anything
    context.minimum_version = context.maximum_version = version
    port = urlsplit(secure.url).port or 0
    with socket.create_connection(("127.0.0.1", port), SECONDS) as plain:
        if accepted:
            with context.wrap_socket(plain, server_hostname="127.0.0.1") as spoken:
                assert spoken.version() == version.name.replace("_", ".")
        else:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(plain, server_hostname="127.0.0.1")


def test_plain_http_to_the_tls_port_gets_nothing_and_leaves_no_traceback(secure: Portal) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(secure.url).port or 0), SECONDS) as connection:
        connection.sendall(b"GET /login HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"<form" not in connection.recv(4096)
    assert requests.get(f"{secure.url}/health/live", timeout=SECONDS).ok
    assert "Traceback" not in secure.log


def refusal(**environ: str) -> str:
    """What `flask doctor` and the start say about the settings, before anything else happens."""
    command = [sys.executable, "-c", "import config; config.load_or_exit()"]
    environ = {"FLASK_SKIP_DOTENV": "1", "PATH": "/usr/bin:/bin", **environ}
    done = subprocess.run(command, cwd=CHECKOUT, env=environ, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    return done.stderr


@pytest.mark.parametrize(
    "wrong", ["another's key", "no key", "a locked key", "no certificate", "an empty file"]
)
def test_files_that_will_not_do_end_the_start_with_one_line(
    certificate: Certificate, tmp_path: Path, wrong: str
) -> None:
    cert, key = certificate.cert, tmp_path / "key.pem"
    if wrong == "another's key":
        key = make_certificate(tmp_path / "other").key
    elif wrong == "no key":
        key.write_text("this is no key")
    elif wrong == "a locked key":
        key.write_bytes(locked_key(certificate.key))
    elif wrong == "an empty file":
        key.touch()
    else:
        cert, key = certificate.key, certificate.key
    said = refusal(TLS_CERT=str(cert), TLS_KEY=str(key))
    assert said.startswith("TLS_CERT and TLS_KEY will not do (")
    assert said.count("\n") == 1
    assert "accepted: " in said


def test_one_without_the_other_is_refused(certificate: Certificate) -> None:
    assert refusal(TLS_CERT=str(certificate.cert)).startswith("TLS_KEY is missing")
    assert refusal(TLS_KEY=str(certificate.key)).startswith("TLS_CERT is missing")


def test_a_key_this_user_cannot_read_is_named(
    certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    from configuration import derived

    # Root reads everything, so the answer of the file system is given here.
    monkeypatch.setattr(derived.os, "access", lambda path, _mode: path != certificate.key)
    with pytest.raises(ConfigurationError, match=r"^TLS_KEY names a file this user cannot read"):
        derived.refuse_unusable_tls(certificate.cert, certificate.key)
