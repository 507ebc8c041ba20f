"""Web sites of other people on ports of their own, with pages as a test writes them."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import AF_INET, AF_INET6
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.certificates import make_certificate
from tests.support.ports import wait_until


class Site:
    """`url`, `pages` (HTML by path), `redirects` (address by path), and what was asked of it in `asked`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, str] = {}
        self.redirects: dict[str, str] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        """The target and the headers of each request."""

    def wait_for(self, path: str) -> str:
        """The query with which this path was first asked for, as soon as it was."""
        wait_until(lambda: bool(self._queries(path)), 15, f"a request for {self.url}{path}")
        return self._queries(path)[0]

    def _queries(self, path: str) -> list[str]:
        return [urlsplit(target).query for target, _headers in self.asked if urlsplit(target).path == path]


OpenSite = Callable[..., Site]


@pytest.fixture
def open_site(tmp_path: Path) -> Iterator[OpenSite]:
    """Opens a site: `open_site("localhost")`, `open_site("[::1]")`, `open_site("127.0.0.1", https=True)`."""
    with ExitStack() as stack:

        def open_one(host: str, *, https: bool = False) -> Site:
            return stack.enter_context(_running(host, tmp_path / "tls" if https else None))

        yield open_one


@contextmanager
def _running(host: str, folder: Path | None) -> Iterator[Site]:
    family = AF_INET6 if "[" in host else AF_INET
    server = type("Server", (ThreadingHTTPServer,), {"address_family": family})(
        (host.strip("[]"), 0), BaseHTTPRequestHandler
    )
    if folder:
        made = make_certificate(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made.cert, made.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    site = Site(f"{'https' if folder else 'http'}://{host}:{server.server_port}")
    server.RequestHandlerClass = _handler(site)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.path, dict(self.headers)))
            path = urlsplit(self.path).path
            page = site.pages.get(path, "<h1>Arrived</h1>")
            body = f'<!doctype html><link rel="icon" href="data:,"><title>Site</title>{page}'.encode()
            self.send_response(302 if path in site.redirects else 200)
            if path in site.redirects:
                self.send_header("Location", site.redirects[path])
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.do_GET()

        def log_message(self, *_arguments: Any) -> None:
            pass

    return Handler
