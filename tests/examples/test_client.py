"""The client of examples/ gets a token with the file that the command wrote, keeps it and takes care of failures."""

import json
import secrets
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.examples.servers import EXAMPLES, node, weather_station
from tests.examples.tokens import SCOPE, Operator
from tests.support.ports import free_port

pytestmark = pytest.mark.node
CLIENT = EXAMPLES / "client" / "client.mjs"


@pytest.fixture(scope="module")
def env_file(operator: Operator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command of examples/README.md writes."""
    path = tmp_path_factory.mktemp("reader") / "weather.env"
    name = f"Reader {secrets.token_hex(4)}"
    operator.portal.flask("client", "create", name, "--scope", SCOPE, "--env-file", str(path))
    return path


def run_client(env_file: Path, url: str) -> "subprocess.CompletedProcess[str]":
    command = [node(), f"--env-file={env_file}", str(CLIENT), url]
    return subprocess.run(command, env={}, capture_output=True, text=True, timeout=60)


def test_the_client_is_told_the_weather_and_without_the_scope_why_not(
    operator: Operator, env_file: Path, tmp_path: Path
) -> None:
    other = operator.reader()
    lacking = tmp_path / "other.env"
    lacking.write_text(
        f"ISSUER={operator.portal.url}\nCLIENT_ID={other.id}\nCLIENT_SECRET={other.secret}\nSCOPE=weather.write\n"
    )
    with weather_station("flask", tmp_path, operator.portal.url) as station:
        told, refused = run_client(env_file, station.url), run_client(lacking, station.url)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["sky"] == "clear"
    assert refused.returncode == 1
    assert refused.stderr.startswith("403 from ")
    assert "insufficient_scope" in refused.stderr


class Flaky(BaseHTTPRequestHandler):
    """Answers what the test has laid ready, one after the other, and remembers the tokens."""

    statuses: list[int]
    tokens: list[str]

    def do_GET(self) -> None:
        self.tokens.append(self.headers["Authorization"])
        self.send_response(self.statuses.pop(0))
        self.send_header("Retry-After", "1")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def flaky() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Flaky,), {"statuses": [], "tokens": []}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("statuses", "code", "tokens"),
    [([200], 0, 1), ([503, 429, 200], 0, 1), ([401, 200], 0, 2), ([401, 401], 1, 2), ([503, 503, 503], 1, 1)],
)
def test_the_client_comes_back_when_asked_and_renews_an_ended_token_once(
    env_file: Path, flaky: ThreadingHTTPServer, statuses: list[int], code: int, tokens: int
) -> None:
    handler = flaky.RequestHandlerClass
    handler.statuses.extend(statuses)
    done = run_client(env_file, f"http://127.0.0.1:{flaky.server_port}/")
    assert done.returncode == code, done.stderr
    assert handler.statuses == []
    assert len(set(handler.tokens)) == tokens
    assert handler.tokens[0].startswith("Bearer ey")


def test_a_wrong_secret_is_not_repeated_and_never_shown(
    env_file: Path, flaky: ThreadingHTTPServer, tmp_path: Path
) -> None:
    lines = env_file.read_text().splitlines()
    wrong = tmp_path / "wrong.env"
    wrong.write_text(
        "\n".join("CLIENT_SECRET=pf_secret_wrong" if "SECRET" in line else line for line in lines)
    )
    done = run_client(wrong, f"http://127.0.0.1:{flaky.server_port}/")
    assert done.returncode == 1
    assert done.stderr.startswith("401 from ")
    assert "/failures/" in done.stderr
    assert "pf_secret_wrong" not in done.stderr
    assert flaky.RequestHandlerClass.tokens == []


def test_who_does_not_answer_is_named_with_the_reason(env_file: Path, tmp_path: Path) -> None:
    port = free_port()
    nowhere = tmp_path / "nowhere.env"
    lines = env_file.read_text().splitlines()
    nowhere.write_text(
        "\n".join(f"ISSUER=http://127.0.0.1:{port}" if line.startswith("ISSUER=") else line for line in lines)
    )
    done = run_client(nowhere, "http://127.0.0.1:1/")
    assert done.returncode == 1
    assert done.stderr == (
        f"no answer from http://127.0.0.1:{port}/.well-known/openid-configuration: "
        f"connect ECONNREFUSED 127.0.0.1:{port}\n"
    )
