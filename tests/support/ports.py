"""Ports of the tests' own, and waiting until somebody listens on one."""

import fcntl
import os
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import sample

# Below those that the system gives to whoever asks for any: no connection and no `bind` to port 0 takes one of these.
LOWEST, HIGHEST = 20_000, 32_000
_kept: list[int] = []
"""Open files, each locked, so that no other process of the tests takes the port while this one lives."""


def free_port() -> int:
    """A TCP port that nobody listens on and that no other test, in whatever process, is given while this one runs."""
    for port in sample(range(LOWEST, _highest()), 200):
        if _keep(port):
            if _is_free(port):
                return port
            os.close(_kept.pop())
    raise AssertionError("no port is free")


def _highest() -> int:
    given_by_the_system = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not given_by_the_system.exists():
        return HIGHEST
    first = int(given_by_the_system.read_text().split()[0])
    return min(first, HIGHEST) if first > LOWEST + 1000 else HIGHEST


def _keep(port: int) -> bool:
    """Take the port for this process; False where another one, or this one earlier, has it."""
    folder = Path(tempfile.gettempdir()) / f"pforte-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _kept.append(descriptor)
    return True


def _is_free(port: int) -> bool:
    """True where it can be bound, on every address, by a program that leaves closed connections in peace."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("", port))
        except OSError:
            return False
    return True


def is_open(port: int, host: str = "127.0.0.1") -> bool:
    """True where somebody accepts connections."""
    with socket.socket() as caller:
        caller.settimeout(1)
        return caller.connect_ex((host, port)) == 0


def wait_until(condition: Callable[[], object], seconds: float = 30, what: str = "it") -> None:
    """Return as soon as the condition holds; AssertionError when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} seconds for {what}"
        time.sleep(0.02)
