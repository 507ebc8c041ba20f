"""The relying applications of docs/groups.md, real ones, with exactly the page's configuration."""

import os
import secrets
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin

import requests

from tests.support.documented import DOCS, adapted, block
from tests.support.people import SECONDS, Person
from tests.support.portals import CHECKOUT, Portal
from tests.support.ports import free_port, wait_until

PAGE = DOCS / "groups.md"
ENVIRONMENT = CHECKOUT / "build" / "relying_applications"
FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Kind:
    """How an application is set up, and what it shows to whom.

    `set_up` writes its configuration into a folder, for a port and with what is put in the page's places; it returns
    the command. `entrance` begins a sign-in, `inside` is where it leads.
    """

    name: str
    domain: str
    set_up: Callable[[Path, int, dict[str, str]], list[str]]
    entrance: str
    lets_in: Callable[[requests.Response], bool]
    inside: str = "/"


@dataclass
class Application:
    """A running application, and the portal it sends people to."""

    kind: Kind
    portal: Portal
    url: str
    client_id: str

    def arrive(self, person: Person, decision: str = "allow") -> "Visit":
        """Sign in with a browser that the application has not seen, by way of the portal."""
        visit = Visit(self)
        visit.page = visit.get(self.kind.entrance)
        while visit.page.is_redirect:
            target = visit.target
            if target.startswith(self.portal.url):
                target = person.decide(target, decision)
            visit.page = visit.get(target)
        return visit


class Visit:
    """A browser at the application; `page` is what it shows."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.browser = requests.Session()
        self.page = requests.Response()

    def get(self, target: str) -> requests.Response:
        """The application's answer, a redirect too."""
        url = urljoin(self.application.url, target)
        assert url.startswith(self.application.url), url
        return self.browser.get(url, allow_redirects=False, timeout=SECONDS)

    @property
    def target(self) -> str:
        """Where the page redirects to."""
        return urljoin(self.page.url, self.page.headers["Location"])

    @property
    def is_in(self) -> bool:
        """True where the page is the one for the group."""
        return self.application.kind.lets_in(self.page)

    def is_still_in(self) -> bool:
        """Open the page for the group once more; True where it is shown."""
        self.page = self.get(self.application.kind.inside)
        return self.is_in


@contextmanager
def running(kind: Kind, portal: Portal, port: int = 0) -> Iterator[Application]:
    """The application, registered by the page's command and started with the page's configuration."""
    folder, port = Path(tempfile.mkdtemp(prefix="pforte-application-")), port or free_port()
    folder.chmod(0o755)  # Apache's workers are another user
    process = None
    try:
        url = f"http://127.0.0.1:{port}"
        app = register(kind, portal, url)
        own = {kind.domain: url, "https://id.example.org": portal.url}
        own |= {"CLIENT_ID": app["client_id"], "CLIENT_SECRET": app["client_secret"]}
        command = kind.set_up(folder, port, own)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=environ(), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        wait_until(lambda: answers(url + kind.entrance) or process.poll() is not None, 90, kind.name)
        assert process.poll() is None, (folder / "log").read_text()
        yield Application(kind, portal, url, app["client_id"])
    finally:
        if process is not None:
            process.terminate()
            process.wait(timeout=SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def answers(entrance: str) -> bool:
    """True where the application sends people to the portal: JupyterHub's proxy is there before the hub."""
    try:
        return requests.get(entrance, allow_redirects=False, timeout=SECONDS).status_code == 302
    except requests.ConnectionError:
        return False


def register(kind: Kind, portal: Portal, url: str) -> Any:
    """Make the app by the page's `flask client create`."""
    (words,) = commands(f"client create {kind.name} ", {kind.domain: url})
    return portal.flask_json(*words)


def commands(part: str, changes: dict[str, str]) -> list[list[str]]:
    """What the page's example that contains ``part`` has after `flask`, word by word, a list a command."""
    lines = adapted(block("sh", part, PAGE), changes).replace("\\\n", "").splitlines()
    return [shlex.split(line)[1:] for line in lines]


def example(language: str, part: str, changes: Mapping[str, str] = MappingProxyType({})) -> str:
    """The page's example that contains ``part``, with this machine's addresses and credentials."""
    return adapted(block(language, part, PAGE), dict(changes))


def environ() -> dict[str, str]:
    """The environment of an application: nothing of the machine's own."""
    own = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}
    return own | {"JUPYTERHUB_CRYPT_KEY": secrets.token_hex(32)}
