"""The ports of the tests collide neither with each other nor with what the system gives away."""

import subprocess
import sys
from pathlib import Path

from config import CHECKOUT
from tests.support.ports import free_port

ASK = "from tests.support.ports import free_port; print(*[free_port() for _ in range(500)]); input()"


def test_no_two_processes_get_one_port() -> None:
    asking = [
        subprocess.Popen(
            [sys.executable, "-c", ASK],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        given = [port for each in asking if each.stdout for port in each.stdout.readline().split()]
        mine = [str(free_port()) for _ in range(100)]
    finally:
        for each in asking:
            each.communicate("\n", timeout=30)
    assert len({*given, *mine}) == 1100


def test_the_system_gives_none_of_them_to_anybody() -> None:
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert {free_port() for _ in range(50)} <= set(range(1024, first))
