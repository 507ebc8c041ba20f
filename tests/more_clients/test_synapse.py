"""Matrix Synapse signs people in by the portal, and ends its sessions when the portal says that one is over."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.foreign_clients.registered import register_app
from tests.more_clients.environment import PYTHON
from tests.support.databases import Databases
from tests.support.people import SECONDS, Person
from tests.support.portals import Portal, running_portal
from tests.support.ports import free_port, is_open, wait_until

ELEMENT = "http://127.0.0.1:1/element"  # where people would use it; nobody listens


@dataclass
class Synapse:
    """A running homeserver, and the portal that signs its people in."""

    url: str
    portal: Portal

    def sign_in(self, person: Person, decision: str = "allow") -> str:
        """An access token of the homeserver, as Element would have it; after a no, what the person reads."""
        browser = requests.Session()
        begin = f"{self.url}/_matrix/client/v3/login/sso/redirect/oidc-pforte"
        question = browser.get(begin, params={"redirectUrl": ELEMENT}, allow_redirects=False, timeout=SECONDS)
        assert question.status_code == 302, question.text
        for cookie in browser.cookies:
            cookie.secure = False  # browsers trust the loopback with secure ones, requests does not
        back = person.decide(question.headers["Location"], decision)
        arrived = browser.get(back, allow_redirects=False, timeout=SECONDS)
        if decision == "deny":
            return arrived.text
        assert "Location" in arrived.headers, re.sub(r"<[^>]*>", " ", arrived.text)[:3000]
        (token,) = parse_qs(urlsplit(arrived.headers["Location"]).query)["loginToken"]
        login = {"type": "m.login.token", "token": token}
        answer = requests.post(f"{self.url}/_matrix/client/v3/login", json=login, timeout=SECONDS)
        return str(answer.json()["access_token"])

    def whoami(self, token: str) -> str | None:
        """Whose token it is; None where it is ended."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.get(
            f"{self.url}/_matrix/client/v3/account/whoami", headers=headers, timeout=SECONDS
        )
        return str(answer.json()["user_id"]) if answer.status_code == 200 else None


@pytest.fixture(scope="module")
def synapse(databases: Databases) -> Iterator[Synapse]:
    """Synapse on SQLite, and a portal that may reach it."""
    if not PYTHON.exists():
        pytest.skip("build/more_clients is missing: make test-clients")
    port, folder = free_port(), Path(tempfile.mkdtemp(prefix="pforte-synapse-"))
    url, place = f"http://127.0.0.1:{port}", f"127.0.0.1:{port}"
    try:
        with running_portal(databases.new_url("sqlite"), workers=2, FETCH_ALLOW=place) as portal:
            callback = f"{url}/_synapse/client/oidc/callback"
            logout = ("--backchannel-logout-uri", f"{url}/_synapse/client/oidc/backchannel_logout")
            app = register_app(portal, *logout, "--pkce", "required", redirect_uri=callback)
            provider = {
                "idp_id": "pforte",
                "idp_name": "Pforte",
                "issuer": portal.url,
                "skip_verification": True,  # plain http
                "client_id": app.client_id,
                "client_secret": app.client_secret,
                "scopes": app.scope.split(),
                "pkce_method": "always",
                "backchannel_logout_enabled": True,
                "user_mapping_provider": {"config": {"localpart_template": "{{ user.preferred_username }}"}},
            }
            command = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", configure(folder, url, provider)]
            with (folder / "log").open("wb") as log:
                process = subprocess.Popen(
                    command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
            try:
                wait_until(lambda: is_open(port) or process.poll() is not None, 90, "Synapse")
                assert process.poll() is None, (folder / "log").read_text()[-3000:]
                yield Synapse(url, portal)
            finally:
                process.kill()
                process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def configure(folder: Path, url: str, provider: dict[str, object]) -> str:
    """Write its configuration, which may be JSON, being YAML; the file."""
    listener = {
        "port": urlsplit(url).port,
        "type": "http",
        "bind_addresses": ["127.0.0.1"],
        "x_forwarded": False,
    }
    written = {
        "server_name": "example.org",
        "public_baseurl": url,
        "pid_file": str(folder / "pid"),
        "listeners": [listener | {"resources": [{"names": ["client"]}]}],
        "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.sqlite")}},
        "media_store_path": str(folder / "media"),
        "signing_key_path": str(folder / "signing.key"),
        "macaroon_secret_key": "of this test",
        "report_stats": False,
        "trusted_key_servers": [],
        "sso": {"client_whitelist": [ELEMENT]},
        "oidc_providers": [provider],
    }
    file = folder / "homeserver.yaml"
    file.write_text(json.dumps(written))
    generate = [str(PYTHON), "-m", "synapse.app.homeserver", "-c", str(file), "--generate-keys"]
    subprocess.run(generate, cwd=folder, check=True, capture_output=True)
    return str(file)


@pytest.mark.client(
    "matrix-synapse",
    "signs in with PKCE, ends the session of the very browser on back-channel logout; hears of a refusal",
)
def test_synapse_ends_the_session_of_that_browser_alone(synapse: Synapse) -> None:
    here = Person(synapse.portal.url).register().confirm(synapse.portal.instance)
    there = Person(synapse.portal.url)
    there.username = here.username
    assert "access_denied" in synapse.sign_in(here, "deny")
    tokens = [synapse.sign_in(here), synapse.sign_in(there.sign_in())]
    assert [synapse.whoami(token) for token in tokens] == [f"@{here.username}:example.org"] * 2
    here.open("/account")
    here.press("/logout")
    wait_until(lambda: synapse.whoami(tokens[0]) is None, 10, "the end of the session")
    assert synapse.whoami(tokens[1]) == f"@{here.username}:example.org"
