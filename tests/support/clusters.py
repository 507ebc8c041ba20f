"""A real Galera cluster of two MariaDB nodes on this machine."""

import getpass
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql
import pytest

from tests.support.ports import free_port, wait_until
from tests.support.servers import MARIADB_OPTIONS, MariaDb, empty_server, program

PROVIDER = next((path for path in Path("/usr/lib").glob("**/galera*/libgalera_smm.so")), None)
OPTIONS = (
    *MARIADB_OPTIONS,
    "--binlog-format=ROW",
    "--innodb-autoinc-lock-mode=2",
    "--wsrep-on=ON",
    "--wsrep-sst-method=skip",
    "--wsrep-slave-threads=2",
)


@contextmanager
def private_cluster() -> Iterator[tuple[MariaDb, MariaDb]]:
    """Two nodes that replicate to each other; skips where Galera is not installed."""
    server, install = program("mariadbd"), program("mariadb-install-db")
    if server is None or install is None or PROVIDER is None:
        pytest.skip("Galera is not installed (apt-get install mariadb-server galera-4)")
    folder = Path(tempfile.mkdtemp(prefix="pforte-galera-"))
    nodes: list[MariaDb] = []
    try:
        common = ["--no-defaults", f"--user={getpass.getuser()}"]
        for number in range(2):
            shutil.copytree(empty_server(install), folder / str(number))
        ports = free_port(), free_port()
        for number, port in enumerate(ports):
            members = f"127.0.0.1:{ports[0]}" if number else ""
            if nodes:
                _know_the_state(folder / "1", nodes[0])
            nodes.append(_node(folder, number, [server, *common], port, members))
            try:
                wait_until(lambda: _is_ready(nodes[-1]), 30)
            except AssertionError as error:
                raise AssertionError(f"node {number} does not start: {_log(folder, number)}") from error
        yield nodes[0], nodes[1]
    finally:
        for node in nodes:
            node.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _node(folder: Path, number: int, start: list[str], port: int, members: str) -> MariaDb:
    own = folder / str(number)
    wire = f"gmcast.listen_addr=tcp://127.0.0.1:{port};ist.recv_addr=127.0.0.1:{free_port()};gcache.size=16M"
    options = [
        *OPTIONS,
        f"--datadir={own}",
        f"--socket={folder}/socket{number}",
        f"--pid-file={own}/pid",
        f"--tmpdir={own}",
        f"--wsrep-provider={PROVIDER}",
        f"--wsrep-provider-options={wire}",
        f"--wsrep-cluster-address=gcomm://{members}",
        f"--wsrep-node-address=127.0.0.1:{port}",
        f"--wsrep-node-name=node{number}",
    ]
    log = (folder / f"log{number}").open("wb")
    return MariaDb(
        folder / f"socket{number}", lambda: subprocess.Popen([*start, *options], stdout=log, stderr=log)
    )


def _know_the_state(data: Path, first: MariaDb) -> None:
    """Tell the second node that its copy of the empty data is the cluster's: nothing has to be sent to it."""
    status = first.rows(
        "SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_state_uuid', 'wsrep_last_committed')"
    )
    uuid, number = dict(status)["wsrep_cluster_state_uuid"], dict(status)["wsrep_last_committed"]
    state = f"# GALERA saved state\nversion: 2.1\nuuid: {uuid}\nseqno: {number}\nsafe_to_bootstrap: 0\n"
    (data / "grastate.dat").write_text(state, encoding="ascii")


def _is_ready(node: MariaDb) -> bool:
    try:
        return node.rows("SHOW STATUS LIKE 'wsrep_local_state_comment'")[0][1] == "Synced"
    except pymysql.err.OperationalError:
        return False


def _log(folder: Path, number: int) -> str:
    return (folder / f"log{number}").read_text(errors="replace")[-8000:]
