"""A port that cannot be had ends the start at once, with one line; sockets that are handed over are no such port."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from config import CHECKOUT
from configuration.ports import check_port
from configuration.problems import ConfigurationError
from tests.support.ports import free_port, wait_until

pytestmark = pytest.mark.any_database
START = [sys.executable, "configuration/start.py"]


def listening(host: str = "127.0.0.1") -> socket.socket:
    listener = socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.listen()
    return listener


def environ(folder: Path, port: int, **others: str) -> dict[str, str]:
    own = {"PATH": os.environ["PATH"], "FLASK_SKIP_DOTENV": "1", "WEB_CONCURRENCY": "1"}
    return own | {"INSTANCE_PATH": str(folder / "instance"), "PORT": str(port)} | others


@pytest.mark.parametrize("start", [START, [sys.executable, "configuration/free_port.py"]])
def test_a_second_portal_at_a_taken_port_ends_with_one_line_that_names_port_and_way_out(
    tmp_path: Path, start: list[str]
) -> None:
    with listening() as other:
        port = other.getsockname()[1]
        ended = subprocess.run(
            start, cwd=CHECKOUT, env=environ(tmp_path, port), capture_output=True, text=True, timeout=60
        )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == (
        f"Port {port} on 127.0.0.1 is taken by another program, or by a portal that runs already; "
        f"PORT={port + 1} make run takes another\n"
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "localhost", "::1"])
def test_a_port_is_looked_at_on_the_address_that_is_asked_for(host: str) -> None:
    with listening("::1" if host == "::1" else "127.0.0.1") as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"Port {port} on .* is taken"):
            check_port(host, port)
    check_port(host, port)  # gone with its program, and the look at it has kept nothing


def test_an_address_of_another_machine_is_told_in_one_line_too() -> None:
    with pytest.raises(
        ConfigurationError, match=r"Port 8000 on 203\.0\.113\.7 cannot be used \(.*\); SERVER_HOST"
    ):
        check_port("203.0.113.7", 8000)


def test_the_highest_port_is_no_reason_to_name_one_that_does_not_exist() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 65_535))
        other.listen()
        with pytest.raises(ConfigurationError, match="PORT=65534 make run"):
            check_port("127.0.0.1", 65_535)


@contextmanager
def portal(folder: Path, port: int, command: list[str], *files: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A portal that this command starts with these open files; it ends by itself or with the test."""
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environ(folder, port), pass_fds=files, stdout=log, stderr=log
        )
    said = folder / "log"
    try:
        wait_until(lambda: "Pforte is at" in said.read_text() or process.poll() is not None, 60, "the portal")
        yield process
        process.terminate()
        assert process.wait(timeout=30) == 0, said.read_text()
    finally:
        process.kill()  # where the test has failed


def answers(port: int) -> bool:
    return requests.get(f"http://127.0.0.1:{port}/health/live", timeout=30).status_code == 200


@pytest.mark.slow
def test_a_socket_of_systemd_is_served_though_somebody_listens_at_the_port(tmp_path: Path) -> None:
    with listening() as handed_over:
        port, file = handed_over.getsockname()[1], handed_over.fileno()
        shell = f'exec 3<&{file}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"'
        with portal(tmp_path, port, ["bash", "-c", shell, "bash", *START], file):
            assert answers(port)


@pytest.mark.slow
def test_a_master_that_takes_over_gets_the_socket_and_tells_commands(tmp_path: Path) -> None:
    port = free_port()
    kept = tmp_path / "instance" / f"running-{port}"
    with portal(tmp_path, port, START) as former:
        own = kept.stat().st_ino
        former.send_signal(signal.SIGUSR2)
        wait_until(lambda: kept.stat().st_ino != own, 60, "the new master")
        children = Path(f"/proc/{former.pid}/task/{former.pid}/children").read_text().split()
    (successor,) = (int(pid) for pid in children if _is_there(int(pid)))
    assert answers(port)
    assert kept.read_text() == f"http://127.0.0.1:{port}"
    os.kill(successor, signal.SIGTERM)
    wait_until(lambda: not kept.exists(), 30, "the end of the new master")


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
