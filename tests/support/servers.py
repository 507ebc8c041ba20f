"""Private MariaDB and Redis servers: own folders, own sockets, gone with the tests."""

import atexit
import getpass
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pymysql
import pytest

from tests.support.ports import wait_until

FOLDERS = "/usr/sbin", "/usr/local/sbin", "/sbin"
# As little disk as possible: what the tests write need not outlive them, but it outlives a killed server.
MARIADB_OPTIONS = (
    "--skip-networking",
    "--innodb-flush-log-at-trx-commit=2",
    "--innodb-doublewrite=0",
    "--innodb-log-file-size=16M",
    "--innodb-buffer-pool-size=64M",
    "--performance-schema=OFF",
    "--skip-log-bin",
    "--max-connections=400",
    "--character-set-server=utf8mb4",
)
_numbers = count(1)


def program(*names: str) -> str | None:
    """The path of the first of these programs that is installed."""
    for name in names:
        for path in (None, *FOLDERS):
            found = shutil.which(name, path=path)
            if found:
                return found
    return None


class MariaDb:
    """A running server that nobody else knows."""

    def __init__(self, socket: Path, start: Callable[[], "subprocess.Popen[bytes]"]) -> None:
        self.socket = socket
        self._start = start
        self.process = start()

    def new_database(self) -> str:
        """The URL of a fresh, empty database."""
        name = f"pforte_{next(_numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return f"mysql://root@localhost/{name}?unix_socket={self.socket}"

    def run(self, statement: str) -> None:
        """Run a statement as the server's root."""
        self.rows(statement)

    def rows(self, statement: str) -> tuple[tuple[Any, ...], ...]:
        """What a statement of the server's root gives."""
        connection = pymysql.connect(unix_socket=str(self.socket), user="root", autocommit=True)
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            return cursor.fetchall()
        finally:
            connection.close()

    def stop(self) -> None:
        """Take the server away, as a crash would."""
        self.process.kill()
        self.process.wait()

    def start_again(self) -> None:
        """Bring the server back with all its data."""
        self.process = self._start()
        wait_until(lambda: _answers(self), 60, "MariaDB")


@cache
def empty_server(install: str) -> Path:
    """The folder of a server without any data, made once for all of this process; copies of it are started."""
    folder = Path(tempfile.mkdtemp(prefix="pforte-mariadb-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    options = ["--no-defaults", f"--datadir={folder}", f"--user={getpass.getuser()}"]
    # A server deletes at its start what others have put into a folder for temporary tables that they share.
    options.append(f"--tmpdir={folder}")
    quiet = ["--auth-root-authentication-method=normal", "--skip-test-db", "--innodb-log-file-size=16M"]
    done = subprocess.run([install, *options, *quiet], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return folder


@contextmanager
def private_mariadb() -> Iterator[MariaDb]:
    """A MariaDB server of our own, ready in about two seconds; skips where none is installed."""
    server, install = program("mariadbd", "mysqld"), program("mariadb-install-db", "mysql_install_db")
    if server is None or install is None:
        pytest.skip("MariaDB is not installed (apt-get install mariadb-server)")
    folder = Path(
        tempfile.mkdtemp(prefix="pforte-mariadb-")
    )  # short: the path of a socket has 107 characters
    common = ["--no-defaults", f"--datadir={folder / 'data'}", f"--user={getpass.getuser()}"]
    shutil.copytree(empty_server(install), folder / "data")
    socket = folder / "socket"
    with (folder / "log").open("wb") as log:
        options = [
            *common,
            *MARIADB_OPTIONS,
            f"--socket={socket}",
            f"--pid-file={folder / 'pid'}",
            f"--tmpdir={folder}",
        ]
        maria = MariaDb(socket, lambda: subprocess.Popen([server, *options], stdout=log, stderr=log))
        try:
            wait_until(lambda: _answers(maria), 60, "MariaDB")
            yield maria
        finally:
            maria.stop()  # its data is thrown away, so nothing is written back first
            shutil.rmtree(folder, ignore_errors=True)


def _answers(maria: MariaDb) -> bool:
    try:
        maria.run("SELECT 1")
    except pymysql.err.OperationalError:
        return False
    return True


@contextmanager
def private_redis() -> Iterator[str]:
    """The URL of a Redis server of our own; skips where none is installed."""
    server = program("redis-server")
    if server is None:
        pytest.skip("Redis is not installed (apt-get install redis-server)")
    folder = Path(tempfile.mkdtemp(prefix="pforte-redis-"))
    socket = folder / "socket"
    options = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)]
    process = subprocess.Popen([server, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(socket.exists, 30, "Redis")
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
