"""Apache with mod_auth_openidc, as the README shows it: `Require claim groups:…` lets the people of a group in."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.people import Person
from tests.support.portals import Portal
from tests.support.ports import free_port, wait_until
from tests.support.servers import program

pytestmark = [pytest.mark.slow]

MODULES = Path("/usr/lib/apache2/modules")
README = Path(__file__).resolve().parents[2] / "README.md"
CONFIG = """
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/pid
ErrorLog {folder}/error.log
DocumentRoot {folder}/pages
Mutex file:{folder}
User {user}
Group {user}
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule dir_module {modules}/mod_dir.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
DirectoryIndex index.html
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI http://127.0.0.1:{port}/reports/callback
OIDCCryptoPassphrase {secret}
OIDCPKCEMethod S256
{shown}
"""


def shown() -> str:
    """The example of the README."""
    found = re.search(r"```apache\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@contextmanager
def apache(port: int, issuer: str, app: dict[str, Any]) -> Iterator[str]:
    """A running Apache that lets people in by this app; its address."""
    server = program("apache2")
    if server is None or not (MODULES / "mod_auth_openidc.so").exists():
        pytest.skip("apache2 with mod_auth_openidc is not installed; tests/packages does it")
    with tempfile.TemporaryDirectory(prefix="apache-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "pages" / "reports").mkdir(parents=True)
        (folder / "pages" / "reports" / "index.html").write_text("the figures of this year")
        user = "www-data" if os.geteuid() == 0 else "#-1"
        values = {"port": port, "folder": folder, "modules": MODULES, "issuer": issuer, "user": user}
        config = folder / "apache.conf"
        config.write_text(
            CONFIG.format(**values, client_id=app["client_id"], secret=app["client_secret"], shown=shown())
        )
        process = subprocess.Popen([server, "-X", "-f", str(config)], stderr=subprocess.PIPE)
        url = f"http://127.0.0.1:{port}/reports/"
        try:
            wait_until(lambda: _answers(url), 30, f"Apache: {folder}")
            yield url
        finally:
            process.terminate()
            process.communicate(timeout=30)


def _answers(url: str) -> bool:
    try:
        return requests.get(url, allow_redirects=False, timeout=5).status_code == 302
    except requests.ConnectionError:
        return False


def visit(person: Person, url: str) -> requests.Response:
    """What this person's browser is answered in the end."""
    first = person.browser.get(url, allow_redirects=False, timeout=30)
    assert first.status_code == 302, first.text
    back = person.allow(first.headers["Location"])
    return person.browser.get(back, timeout=30)


def test_the_people_of_a_group_are_let_in_and_others_are_not(portal: Portal) -> None:
    port = free_port()
    anna, bert = Person(portal.url, "anna").register(), Person(portal.url, "bert").register()
    portal.flask("group", "create", "Sales")
    portal.flask("group", "add", "Sales", anna.username)
    callback = f"http://127.0.0.1:{port}/reports/callback"
    options = ("--redirect-uri", callback, "--scope", "openid groups")
    app = portal.flask_json("client", "create", "Reports", *options)
    try:
        with apache(port, portal.url, app) as url:
            let_in = visit(anna, url)
            assert (let_in.status_code, let_in.text) == (200, "the figures of this year")
            assert visit(bert, url).status_code in (401, 403)
    finally:
        portal.flask("group", "delete", "Sales")
