"""A burst of connections, such as a proxy opens and keeps, is shared by the workers."""

import logging
import os
import re
import selectors
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from gunicorn.config import Config

from app.connections.waiting import Waiting
from app.operations import even_worker
from app.operations.even_worker import EvenWorker
from tests.support.portals import StartPortal
from tests.support.ports import wait_until


class Worker(EvenWorker):
    """A worker that takes connections on which nothing is asked."""

    def __init__(self, listener: socket.socket, held: int, workers: int = 2) -> None:
        config = Config()
        config.set("workers", workers)
        super().__init__(1, os.getpid(), [listener], None, 60, config, logging.getLogger("gunicorn"))
        self.nr_conns = held
        self.waiting = Waiting(selectors.DefaultSelector(), self._go_on)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        opened.setblocking(False)
        yield opened


def connect(listener: socket.socket) -> socket.socket:
    return socket.create_connection(listener.getsockname(), timeout=30)


def test_who_holds_more_leaves_the_next_to_who_holds_fewer(
    listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(even_worker, "LONGEST_PAUSE", 3.0)
    monkeypatch.setattr(even_worker, "PAUSE_A_CONNECTION", 1.0)
    busy, idle = Worker(listener, held=3), Worker(listener, held=0)
    with connect(listener), ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(busy.accept, listener)
        idle.accept(listener)
        waiting.result(30)
    assert (busy.nr_conns, idle.nr_conns) == (3, 1)


@pytest.mark.parametrize("held", [0, 100])
def test_nobody_else_there_the_connection_is_taken_all_the_same(listener: socket.socket, held: int) -> None:
    worker = Worker(listener, held)
    with connect(listener):
        worker.accept(listener)
    assert worker.nr_conns == held + 1


def test_a_single_worker_never_waits(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(even_worker.time, "sleep", lambda _seconds: pytest.fail("it has nobody to wait for"))
    worker = Worker(listener, held=100, workers=1)
    with connect(listener):
        worker.accept(listener)
    assert worker.nr_conns == 101


@pytest.mark.slow
def test_the_portal_serves_every_connection_of_a_burst_with_it(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=2)
    wait_until(lambda: len(portal.workers()) == 2, 30, "both workers")
    opened = [HTTPConnection("127.0.0.1", int(portal.environ["SERVER_PORT"]), timeout=30) for _ in range(64)]
    for each in opened:
        each.connect()
    for _round in range(2):  # the second one on the connections kept
        for each in opened:
            each.request("GET", "/health/live")
        assert {_status(each) for each in opened} == {200}
    for each in opened:
        each.close()
    asked = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "--print-config", "wsgi:app"]
    settings = subprocess.run(asked, env=portal.environ, capture_output=True, text=True, check=True).stdout
    assert re.search(r"^worker_class += <EvenWorker\(\)>$", settings, re.MULTILINE), settings


def _status(connection: HTTPConnection) -> int:
    with connection.getresponse() as answer:
        answer.read()
        return answer.status
