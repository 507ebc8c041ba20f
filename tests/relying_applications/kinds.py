"""The three applications: what each needs on this machine beside the page's configuration."""

import secrets
from functools import partial
from pathlib import Path

import pytest
import requests

from tests.relying_applications.applications import ENVIRONMENT, FOLDER, Kind, example
from tests.support.ports import free_port
from tests.support.servers import program

MODULES = Path("/usr/lib/apache2/modules")
APACHE = """ServerRoot {folder}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/log
DocumentRoot {folder}/pages
DirectoryIndex index.html
User www-data
Group www-data
StartServers 1
"""
# The question is who is let in: nobody's notebook server is started.
JUPYTERHUB = """
c.JupyterHub.bind_url = "{url}"
c.JupyterHub.hub_ip = "127.0.0.1"
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.auth_token = "{secret}"
c.ConfigurableHTTPProxy.command = {proxy}
"""


def apache(folder: Path, port: int, own: dict[str, str]) -> list[str]:
    """Write its configuration and page; the command."""
    server = program("apache2")
    if server is None or not (MODULES / "mod_auth_openidc.so").exists():
        pytest.skip("Apache is not installed (apt-get install apache2-bin libapache2-mod-auth-openidc)")
    (folder / "pages").mkdir()
    (folder / "pages" / "index.html").write_text("<h1>The wiki of the engineers</h1>")
    names = ("mpm_event", "authn_core", "authz_core", "authz_user", "auth_openidc", "dir")
    modules = "".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so\n" for name in names)
    changes = own | {"PASSPHRASE": secrets.token_hex(16), "Interval 60": "Interval 1"}
    written = (
        APACHE.format(folder=folder, port=port) + modules + example("apache", "OIDCRedirectURI", changes)
    )
    (folder / "apache.conf").write_text(written)
    return [server, "-DFOREGROUND", "-f", str(folder / "apache.conf")]


def jupyterhub(folder: Path, _port: int, own: dict[str, str]) -> list[str]:
    """Write its configuration; the command."""
    node, proxy = program("node"), FOLDER / "node_modules" / ".bin" / "configurable-http-proxy"
    if node is None or not proxy.exists():
        pytest.skip("configurable-http-proxy is not installed (tests/packages)")
    command = [installed("jupyterhub"), "-f", str(folder / "jupyterhub_config.py")]
    shown = example("python", "authenticator_class", own | {"refresh_age = 60": "refresh_age = 1"})
    beside = JUPYTERHUB.format(
        url=own["https://hub.example.org"],
        hub=free_port(),
        api=free_port(),
        secret=secrets.token_hex(16),
        proxy=[node, str(proxy)],
    )
    (folder / "jupyterhub_config.py").write_text(shown + beside)
    return command


def flask_appbuilder(folder: Path, port: int, own: dict[str, str]) -> list[str]:
    """Write its configuration and code; the command."""
    command = [installed("flask"), "--app", "app", "run", "--port", str(port)]
    changes = {shown: value for shown, value in own.items() if "rooms." not in shown}
    changes["PASSPHRASE"] = secrets.token_hex(32)
    (folder / "config.py").write_text(example("python", "AUTH_ROLES_MAPPING", changes))
    (folder / "app.py").write_text(example("python", "get_oauth_user_info"))
    return command


def installed(name: str) -> str:
    """The path of a program of the applications' own environment; skips where it is not installed."""
    found = ENVIRONMENT / "bin" / name
    if not (ENVIRONMENT / ".installed").exists():
        pytest.skip("JupyterHub and Flask-AppBuilder are not installed (tests/packages)")
    return str(found)


def shows(text: str, page: requests.Response) -> bool:
    """True where the page is well and has this text on it."""
    return page.status_code == 200 and text in page.text


KINDS = {
    "apache": Kind(
        "Wiki", "https://wiki.example.org", apache, "/", partial(shows, "The wiki of the engineers")
    ),
    "jupyterhub": Kind(
        "Notebooks",
        "https://hub.example.org",
        jupyterhub,
        "/hub/oauth_login?next=/hub/home",
        partial(shows, 'id="start"'),
        inside="/hub/home",
    ),
    "flask-appbuilder": Kind(
        "Rooms",
        "https://rooms.example.org",
        flask_appbuilder,
        "/login/pforte?next=/rooms/",
        partial(shows, "The rooms of the engineers"),
        inside="/rooms/",
    ),
}
