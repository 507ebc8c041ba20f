"""`flask ARGUMENTS` as an operator runs it, in a process of its own that does not import everything anew."""

import atexit
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
_starting = threading.Lock()


def run_flask(
    *arguments: str, environ: dict[str, str], stdin: str = "", seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run `flask ARGUMENTS` in the checkout, with this environment and no other."""
    with (
        tempfile.TemporaryFile() as given,
        tempfile.TemporaryFile() as said,
        tempfile.TemporaryFile() as complained,
        socket.socket(socket.AF_UNIX) as server,
    ):
        given.write(stdin.encode())
        given.seek(0)
        server.settimeout(seconds)
        with _starting:
            path = _server()
        server.connect(path)
        order = json.dumps({"arguments": arguments, "environ": environ}).encode()
        sent = socket.send_fds(server, [order], [each.fileno() for each in (given, said, complained)])
        server.sendall(order[sent:])
        server.shutdown(socket.SHUT_WR)
        code = server.recv(16)
        assert code, f"flask {' '.join(arguments)} ended without an exit code"
        for each in (said, complained):
            each.seek(0)
        output, errors = said.read().decode(), complained.read().decode()
        return subprocess.CompletedProcess(["flask", *arguments], int(code), output, errors)


@cache
def _server() -> str:
    """The socket of this process's server, started at the first use."""
    folder = Path(tempfile.mkdtemp(prefix="pforte-commands-"))
    path = folder / "socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.command_server", str(path)],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "LANG": os.environ.get("LANG", "C.UTF-8")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"

    def end() -> None:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(end)
    return str(path)
