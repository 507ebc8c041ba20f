"""The example programs, each run from a folder of its own as somebody who copied it would."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.support.portals import CHECKOUT
from tests.support.ports import free_port, is_open, wait_until
from tests.support.servers import program

EXAMPLES = CHECKOUT / "examples"
NODE_MODULES = CHECKOUT / "tests" / "foreign_clients" / "node_modules"
AUDIENCE = "https://weather.example"
COMMANDS = {
    "express": ("node", "weather.mjs"),
    "flask": (sys.executable, "-m", "flask", "--app", "weather", "run", "--port", "{port}"),
    "fastapi": (sys.executable, "-m", "uvicorn", "weather:app", "--port", "{port}"),
}


@dataclass
class Server:
    """A running resource server."""

    url: str
    folder: Path

    def get(self, authorization: str | None = None) -> requests.Response:
        """Its answer to whoever sends this header."""
        headers = {} if authorization is None else {"Authorization": authorization}
        return requests.get(self.url, headers=headers, timeout=30)

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return (self.folder / "log").read_text(encoding="utf-8")


def node() -> str:
    """The path of Node.js; skips where it is not installed."""
    found = program("node")
    if found is None:
        pytest.skip("Node.js 20 or newer is not installed")
    assert NODE_MODULES.is_dir(), "the packages are not installed: cd tests/foreign_clients && npm ci"
    return found


def copy_of(source: Path, folder: Path) -> Path:
    """The program in ``folder``, with the packages that the tests have installed already."""
    copy = folder / source.name
    shutil.copytree(source, copy)
    if any(copy.glob("*.*js")):
        (copy / "node_modules").symlink_to(NODE_MODULES)
    return copy


@contextmanager
def running(command: tuple[str, ...], folder: Path, path: str, **settings: str) -> Iterator[Server]:
    """A server started by this command in its folder; ``path`` is what it answers."""
    port = free_port()
    words = [node() if word == "node" else word.format(port=port) for word in command]
    environ = {"PATH": os.environ["PATH"], "PORT": str(port), "SERVER_PORT": str(port), **settings}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, cwd=folder, env=environ, stdout=log, stderr=log)
    server = Server(f"http://127.0.0.1:{port}{path}", folder)
    try:
        wait_until(lambda: is_open(port) or process.poll() is not None, 60, f"{words} in {folder}")
        assert process.poll() is None, server.log
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def weather_station(kind: str, folder: Path, issuer: str) -> Iterator[Server]:
    """The example of that kind, trusting this issuer."""
    copy = copy_of(EXAMPLES / kind, folder)
    with running(COMMANDS[kind], copy, "/weather", ISSUER=issuer, AUDIENCE=AUDIENCE) as server:
        yield server
