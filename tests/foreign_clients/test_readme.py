"""The quickstarts of README.md run as they stand; only the ports are those that happen to be free here."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.examples.servers import NODE_MODULES, node
from tests.foreign_clients.registered import RegisteredApp, register_app
from tests.foreign_clients.zapier import RETURN
from tests.support.people import Person
from tests.support.portals import CHECKOUT, Portal
from tests.support.ports import free_port, is_open, wait_until

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
PORTAL, HOME = "http://127.0.0.1:8000", "http://127.0.0.1:3000"
CALLBACK = f"{HOME}/callback"


def block(heading: str, language: str) -> str:
    """The first block of code in that language below the heading."""
    found = blocks(heading, language)
    assert found, f"README.md has no {language} below {heading!r}"
    return found[0]


def blocks(heading: str, language: str) -> list[str]:
    """All of them."""
    section = re.split(r"^#+ ", README.split(f"### {heading}", 1)[1], flags=re.MULTILINE)[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


@pytest.fixture
def app(portal: Portal) -> RegisteredApp:
    """What step 2 and 3 of the quickstart lead to, with client_credentials ticked."""
    grants = ("authorization_code", "refresh_token", "client_credentials")
    options = [word for name in grants for word in ("--grant", name)]
    return register_app(portal, *options, "--pkce", "required", redirect_uri=CALLBACK)


def environ_of(app: RegisteredApp) -> dict[str, str]:
    """The variables the examples read."""
    return {
        "PATH": os.environ["PATH"],
        "CLIENT_ID": app.client_id,
        "CLIENT_SECRET": str(app.client_secret),
    }


def test_curl_gets_a_token_for_the_app_itself(app: RegisteredApp) -> None:
    script = block("curl", "sh").replace(PORTAL, app.issuer)
    done = subprocess.run(
        ["bash", "-euc", script], env=environ_of(app), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["token_type"] == "Bearer"


def test_curl_reads_why_a_request_failed(app: RegisteredApp) -> None:
    fields = {"grant_type": "authorization_code", "code": "pf_code_wrong-1234567"}
    auth = (app.client_id, str(app.client_secret))
    refused = requests.post(f"{app.issuer}/oauth/token", fields, auth=auth, timeout=30).json()
    environ = environ_of(app) | {"ERROR_URI": refused["error_uri"]}
    script = block("When something fails", "sh")
    wait_until(lambda: json.loads(curl(script, environ)).get("cause") == "code_unknown", 10, "the log")


def curl(script: str, environ: dict[str, str]) -> str:
    """What the lines print."""
    done = subprocess.run(["bash", "-euc", script], env=environ, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.node
def test_javascript_signs_somebody_in(app: RegisteredApp, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    person, home = Person(app.issuer).register(), f"http://127.0.0.1:{free_port()}"
    program = block("JavaScript", "js").replace(PORTAL, app.issuer).replace(HOME, home)
    (tmp_path / "app.mjs").write_text(program.replace("listen(3000)", f"listen({home.rpartition(':')[2]})"))
    with running_program(app, tmp_path, home):
        question = requests.get(home, allow_redirects=False, timeout=30)
        assert question.status_code == 302
        denied = requests.get(person.deny(question.headers["Location"]), timeout=30)
        second_tab = requests.get(home, allow_redirects=False, timeout=30)
        back = person.allow(second_tab.headers["Location"])
        answer = requests.get(back, timeout=30)
        reloaded = requests.get(back, timeout=30)
        for refused in (reloaded, denied):
            assert refused.status_code == 400
            assert re.fullmatch(r'<p>[^<]+</p><a href="http[^"]+/failures/\w+">Why\?</a>', refused.text)
        forged = {"error": "access_denied", "error_description": "<b>", "error_uri": "https://evil.example"}
        assert "<b>" not in requests.get(f"{home}/callback", forged, timeout=30).text
        assert requests.get(f"{home}/favicon.ico", timeout=30).status_code == 404
        assert requests.get(f"{home}/callback", timeout=30).status_code == 400
        assert bad_target(home).startswith(b"HTTP/1.1 400")
        assert requests.get(home, allow_redirects=False, timeout=30).status_code == 302  # it lives
    greeting, _, tokens = answer.text.partition("\n\n")
    assert greeting.startswith("Hello ")
    assert json.loads(tokens)["access_token"]


@pytest.mark.node
@pytest.mark.rfc("9449#5")
def test_javascript_gets_bound_tokens_with_the_lines_about_dpop(app: RegisteredApp, tmp_path: Path) -> None:
    (tmp_path / "node_modules").symlink_to(NODE_MODULES)
    person, home = Person(app.issuer).register(), f"http://127.0.0.1:{free_port()}"
    key, exchange = blocks("Tokens that only your app can use (DPoP)", "js")
    program = block("JavaScript", "js").replace(PORTAL, app.issuer).replace(HOME, home)
    head, served = program.split("http.createServer", 1)
    before, after = served.index("    const tokens ="), served.index("    response.setHeader(")
    program = f"{head}{key}http.createServer{served[:before]}{exchange}{served[after:]}"
    (tmp_path / "app.mjs").write_text(program.replace("listen(3000)", f"listen({home.rpartition(':')[2]})"))
    with running_program(app, tmp_path, home):
        question = requests.get(home, allow_redirects=False, timeout=30)
        answer = requests.get(person.allow(question.headers["Location"]), timeout=30)
    greeting, _, tokens = answer.text.partition("\n\n")
    assert greeting.startswith("Hello ")
    assert json.loads(tokens)["token_type"].lower() == "dpop"


def bad_target(home: str) -> bytes:
    """The answer to a request whose target is no path, as no browser would write it."""
    with socket.create_connection(("127.0.0.1", int(home.rpartition(":")[2])), timeout=30) as caller:
        caller.sendall(b"GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return caller.recv(4096)


@contextmanager
def running_program(app: RegisteredApp, folder: Path, home: str) -> Iterator[None]:
    process = subprocess.Popen(
        [node(), "app.mjs"], cwd=folder, env=environ_of(app), stderr=subprocess.PIPE, text=True
    )
    try:
        port = int(home.rpartition(":")[2])
        wait_until(lambda: is_open(port) or process.poll() is not None, 30, "node app.mjs")
        assert process.poll() is None, process.communicate()[1]
        yield
    finally:
        process.kill()
        process.communicate()


def test_python_signs_somebody_in(app: RegisteredApp, tmp_path: Path) -> None:
    person = Person(app.issuer).register()
    program = block("Python", "python").replace(PORTAL, app.issuer)
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environ_of(app) | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    address = process.stdout.readline().split()[-1]
    said, complaint = process.communicate(person.allow(address) + "\n", timeout=60)
    assert process.returncode == 0, complaint
    assert person.username in said


def test_the_command_for_zapier_makes_its_app(sqlite_portal: Portal) -> None:
    command = block("Zapier", "sh").replace(".venv/bin/flask", f"{sys.executable} -m flask")
    done = subprocess.run(
        ["bash", "-euc", command],
        cwd=CHECKOUT,
        env=sqlite_portal.environ,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    client_id = re.search(r"^client_id: (\S+)$", done.stdout, re.MULTILINE)
    assert client_id is not None
    made = sqlite_portal.flask_json("client", "show", client_id[1])
    assert (made["owner"], made["preset"], made["pkce"]) == (None, "zapier", "optional")
    assert made["redirect_uris"] == [RETURN.replace("App123456", "App123")]
