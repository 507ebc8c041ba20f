"""Web apps, each with a library that others wrote, and browsers that visit them."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import requests

from tests.foreign_clients.programs import FOLDER, node
from tests.foreign_clients.registered import RegisteredApp, register_app
from tests.support.people import SECONDS, Person
from tests.support.portals import Portal
from tests.support.ports import free_port, is_open, wait_until


@dataclass
class WebApp:
    """A running web app, registered at the portal."""

    url: str
    portal: Portal
    registered: RegisteredApp


class Visit:
    """A browser at a web app, of somebody whose portal is a page away."""

    def __init__(self, app: WebApp, person: Person) -> None:
        self.app, self.person = app, person
        self.browser = requests.Session()
        self.trips: list[str] = []
        """Where the app has sent the person at the portal."""

    def get(self, path: str, decision: str = "allow") -> Any:
        """What the app shows in the end, as JSON; where it sends people to the portal, the person decides there."""
        return self._follow(self._ask("GET", path), decision)

    def post(self, path: str, fields: dict[str, str], decision: str = "allow") -> Any:
        """The same for a form."""
        return self._follow(self._ask("POST", path, data=fields), decision)

    def _ask(self, method: str, target: str, **options: Any) -> requests.Response:
        url = urljoin(self.app.url, target)
        assert url.startswith(self.app.url), url
        return self.browser.request(method, url, allow_redirects=False, timeout=SECONDS, **options)

    def _follow(self, page: requests.Response, decision: str) -> Any:
        for _hop in range(10):
            if not page.is_redirect:
                break
            target = urljoin(page.url, page.headers["Location"])
            if target.startswith(self.app.portal.url):
                self.trips.append(target)
                target = self._at_the_portal(target, decision)
            page = self._ask("GET", target)
        return page.json()

    def _at_the_portal(self, target: str, decision: str) -> str:
        if "/oauth/authorize" in target:
            return self.person.decide(target, decision)
        back = self.person.open(target)
        assert back, self.person.text
        return back


def node_app(script: str) -> list[str]:
    """The command that starts ``web_apps/SCRIPT``."""
    return [node(), str(FOLDER / "web_apps" / script)]


@contextmanager
def running(
    command: list[str], portal: Portal, *options: str, callback: str = "/callback", port: int = 0
) -> Iterator[WebApp]:
    """The web app that the command starts, registered with these options of `flask client create`."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    registered = register_app(portal, *options, redirect_uri=url + callback)
    settings = json.dumps(registered.settings | {"url": url, "port": port})
    process = subprocess.Popen(
        command,
        cwd=FOLDER,
        env={"PATH": os.environ["PATH"], "SETTINGS": settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_until(lambda: is_open(port) or process.poll() is not None, SECONDS, command[-1])
        assert process.poll() is None, process.communicate()[1]
        yield WebApp(url, portal, registered)
    finally:
        process.kill()
        process.wait()
