"""Free ports, and waiting until somebody listens on one."""

import socket
import time
from collections.abc import Callable


def free_port() -> int:
    """A TCP port nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


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
