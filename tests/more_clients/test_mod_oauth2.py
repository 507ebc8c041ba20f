"""Apache with mod_oauth2 opens an API to our tokens only: by our keys, by our metadata, and by introspection."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.foreign_clients.registered import define_scope, discovered, register_app
from tests.relying_applications.kinds import APACHE, MODULES
from tests.support.people import SECONDS
from tests.support.portals import Portal
from tests.support.ports import free_port, is_open, wait_until
from tests.support.servers import program

WAYS = ("jwks", "metadata", "introspect")
PROTECTED = """{modules}
<Location />
  AuthType oauth2
  Require oauth2_claim client_id:{client_id}
</Location>
<Location /jwks>
  OAuth2TokenVerify jwks_uri {jwks_uri} verify.exp=required
</Location>
<Location /metadata>
  OAuth2TokenVerify metadata {issuer}/.well-known/oauth-authorization-server
</Location>
<Location /introspect>
  OAuth2TokenVerify introspect {introspection_endpoint} introspect.auth=client_secret_basic&client_id={client_id}&client_secret={client_secret}
</Location>
"""


@dataclass
class Api:
    """A running Apache, and tokens for it."""

    portal: Portal
    url: str
    token: str
    other: str
    """A token of another app."""

    def status(self, way: str, token: str | None) -> int:
        """The answer to a request with the token."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.get(f"{self.url}/{way}/index.html", headers=headers, timeout=SECONDS).status_code


@pytest.fixture(scope="module")
def api(portals: Any) -> Iterator[Api]:
    """Apache in front of three pages, each of which it protects in another way."""
    server = program("apache2")
    if server is None or not (MODULES / "mod_oauth2.so").exists():
        pytest.skip("Apache's mod_oauth2 is not installed (make test-clients)")
    portal: Portal = portals["sqlite"]
    grants = ("--grant", "client_credentials", "--introspection", "all")
    scope = define_scope(portal, "https://api.example.com")
    ours, another = (register_app(portal, *grants, "--scope", scope, redirect_uri="") for _ in range(2))
    folder, port = Path(tempfile.mkdtemp(prefix="pforte-apache-")), free_port()
    folder.chmod(0o755)  # Apache's workers are another user
    for way in WAYS:
        (folder / "pages" / way).mkdir(parents=True)
        (folder / "pages" / way / "index.html").write_text("open")
    names = ("mpm_event", "authn_core", "authz_core", "dir", "oauth2")
    modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)
    credentials = {"client_id": ours.client_id, "client_secret": ours.client_secret}
    protected = PROTECTED.format(modules=modules, **credentials, **discovered(portal))
    (folder / "apache.conf").write_text(APACHE.format(folder=folder, port=port) + protected)
    command = [server, "-DFOREGROUND", "-f", str(folder / "apache.conf")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: is_open(port) or process.poll() is not None, SECONDS, "Apache")
        assert process.poll() is None, process.communicate()[1]
        tokens = [token_of(portal, app.client_id, str(app.client_secret)) for app in (ours, another)]
        yield Api(portal, f"http://127.0.0.1:{port}", *tokens)
    finally:
        process.terminate()
        process.wait(timeout=SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def token_of(portal: Portal, client_id: str, client_secret: str) -> str:
    """An access token of the app's own."""
    answer = requests.post(
        f"{portal.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client_id, client_secret),
        timeout=SECONDS,
    )
    return str(answer.json()["access_token"])


@pytest.mark.client("mod_oauth2", "verifies access tokens by our keys, by our metadata and by introspection")
@pytest.mark.parametrize("way", WAYS)
def test_mod_oauth2_opens_to_the_token_of_one_app_and_to_nothing_else(api: Api, way: str) -> None:
    assert api.status(way, api.token) == 200
    head, payload, signature = api.token.split(".")
    forged = f"{head}.{payload}.{signature[:-4]}AAAA"
    assert [api.status(way, token) for token in (None, forged, "x")] == [401, 401, 401]
    assert api.status(way, api.other) in {401, 403}
