"""The resource server and the client of the tutorial on scopes work with our tokens, our keys and our env file."""

import secrets
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.examples.servers import Server, copy_of, node, running
from tests.support.portals import CHECKOUT, Portal

pytestmark = pytest.mark.node
TUTORIAL = CHECKOUT / "tests" / "foreign_clients" / "tutorial"


class Service:
    """The tutorial's folder with the .env that ``flask client create --env-file`` wrote, and its server running."""

    def __init__(self, portal: Portal, folder: Path) -> None:
        self.portal = portal
        self.folder = copy_of(TUTORIAL, folder)
        self.scope, self.other = (define_scope(portal) for _ in range(2))
        self.app = create_client(portal, self.scope, "--env-file", str(self.folder / ".env"))

    @contextmanager
    def serving(self) -> Iterator[Server]:
        """The server, started without a setting but its port."""
        with running(("node", "index.cjs"), self.folder, "/") as server:
            yield server

    def token(self, app: dict[str, Any], scope: str) -> str:
        """A token of /v1/token, as the tutorial asks for it in Postman."""
        answer = requests.post(
            f"{self.portal.url}/v1/token",
            data={"grant_type": "client_credentials", "scope": scope},
            auth=(app["client_id"], app["client_secret"]),
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token


def define_scope(portal: Portal) -> str:
    name = f"testing_scope_{secrets.token_hex(4)}"
    portal.flask("scope", "create", name, "--description-en", "Say hello", "--description-de", "Grüßen")
    return name


def create_client(portal: Portal, scope: str, *options: str) -> Any:
    return portal.flask_json(
        "client", "create", f"Tutorial {secrets.token_hex(4)}", "--scope", scope, *options
    )


@pytest.fixture
def service(sqlite_portal: Portal, tmp_path: Path) -> Service:
    return Service(sqlite_portal, tmp_path)


@pytest.mark.client("@okta/jwt-verifier", "verifies access tokens and their scopes in the tutorial's server")
def test_the_tutorials_server_says_hello_to_its_scope_only(service: Service) -> None:
    other = create_client(service.portal, service.other)
    with service.serving() as server:
        welcome = server.get(f"Bearer {service.token(service.app, service.scope)}")
        assert (welcome.status_code, welcome.text) == (200, "Hello, world!")

        lacking = server.get(f"Bearer {service.token(other, service.other)}")
        assert lacking.status_code == 403
        assert 'error="insufficient_scope"' in lacking.headers["WWW-Authenticate"]

        token = service.token(service.app, service.scope)
        for header in (None, "Basic YTpi", "Bearer nonsense", f"Bearer {token[:-8]}AAAAAAAA"):
            refused = server.get(header)
            assert refused.status_code == 401, header
            assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_for_an_api_of_its_own_does_not_open_the_default_one(service: Service) -> None:
    name = f"own_{secrets.token_hex(4)}"
    texts = ("--description-en", "Read", "--description-de", "Lesen")
    service.portal.flask("scope", "create", name, *texts, "--audience", "https://own.example")
    app = create_client(service.portal, name)
    with service.serving() as server:
        assert server.get(f"Bearer {service.token(app, name)}").status_code == 401


def test_the_tutorials_client_needs_nothing_but_the_env_file(service: Service) -> None:
    env_file = service.folder / ".env"
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    with service.serving() as server:
        said = run_client(service, server.url)
    assert said == "200 Hello, world!\n"
    assert service.app["client_secret"] not in server.log


def run_client(service: Service, url: str) -> str:
    command = [node(), "client.cjs", url]
    done = subprocess.run(command, cwd=service.folder, env={}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
