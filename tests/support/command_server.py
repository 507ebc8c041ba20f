"""Runs `flask` commands, each in a process of its own that begins where the imports are done.

Starting Python and importing the portal takes a command two seconds, what it then does a tenth of that. So this
process imports once, and forks for each caller at its socket: `python -m tests.support.command_server PATH`.
"""

import json
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

import flask.cli

import app  # noqa: F401  it is what takes long


def serve(path: str) -> None:
    """Answer callers until the process that started this one is gone."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        listener.settimeout(5)
        print("ready", flush=True)
        parent = os.getppid()
        while os.getppid() == parent:
            with suppress(TimeoutError):
                caller, _address = listener.accept()
                if os.fork() == 0:
                    listener.close()
                    _answer(caller)
                caller.close()


def _answer(caller: socket.socket) -> None:
    """Run what the caller asks for with the caller's files as input and output, and tell the exit code."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    caller.setblocking(True)
    order, files = _read(caller)
    command = os.fork()
    if command == 0:
        caller.close()
        _run(order, files)
    _pid, status = os.waitpid(command, 0)
    with suppress(OSError):  # a caller that waits no longer
        caller.sendall(str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _read(caller: socket.socket) -> tuple[dict[str, Any], list[int]]:
    text, files, _flags, _address = socket.recv_fds(caller, 65_536, 3)
    while more := caller.recv(65_536):
        text += more
    return json.loads(text), list(files)


def _run(order: dict[str, Any], files: list[int]) -> None:
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    os.environ.clear()
    os.environ.update(order["environ"])
    sys.argv = ["flask", *order["arguments"]]
    sys.modules["__main__"].__package__ = None  # by which click tells the name of the program
    code: Any = 0
    try:
        flask.cli.main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        code = 1
    if isinstance(code, str):
        print(code, file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1 if code else 0)


if __name__ == "__main__":
    serve(sys.argv[1])
