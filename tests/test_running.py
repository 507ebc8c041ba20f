"""Commands write the address at which the portal of their checkout runs, and believe no file that was left behind."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config import CHECKOUT, load
from configuration.running import AddressFile, find_issuer
from tests.support.commands import run_flask
from tests.support.portals import StartPortal

DEFAULT = "http://127.0.0.1:8000"
PROGRAM = """
import sys, time
from pathlib import Path
from configuration.running import AddressFile
kept = AddressFile.write(Path(sys.argv[1]), int(sys.argv[2]), f"http://127.0.0.1:{sys.argv[2]}")
print(kept is not None, flush=True)
time.sleep(60)
"""


@contextmanager
def running(instance: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    """A process that says it is a portal at this port, until it is killed."""
    command = [sys.executable, "-c", PROGRAM, str(instance), str(port)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


def issuer(instance: Path, **environ: str) -> str:
    """What a command with these variables takes for the portal's address."""
    own = {"FLASK_SKIP_DOTENV": "1", "FLASK_RUN_FROM_CLI": "true", "INSTANCE_PATH": str(instance)}
    return load(own | environ).issuer


@pytest.mark.any_database
def test_commands_in_another_shell_write_the_address_of_the_portal_that_runs(
    start_portal: StartPortal, tmp_path: Path
) -> None:
    portal = start_portal(workers=1)
    elsewhere = {name: value for name, value in portal.environ.items() if name != "SERVER_PORT"}

    def flask(*arguments: str) -> str:
        done = run_flask(*arguments, environ=elsewhere)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert flask("setup-link").startswith(f"{portal.url}/setup/")
    portal.reload()
    assert f"\n{portal.url}/reset-password/" in flask("user", "create", "ada", "ada@example.org")
    flask(
        "client",
        "create",
        "Reader",
        "--grant",
        "client_credentials",
        "--env-file",
        str(tmp_path / "weather.env"),
    )
    assert f"ISSUER={portal.url}\n" in (tmp_path / "weather.env").read_text()
    (kept,) = portal.instance.glob("*running-*")
    assert kept.stat().st_mode & 0o777 == 0o600

    portal.stop()
    assert not list(portal.instance.glob("*running-*"))
    assert flask("invite", "create", "bob@example.org").startswith(f"{DEFAULT}/")


def test_the_file_of_a_portal_that_was_killed_is_not_believed(tmp_path: Path) -> None:
    with running(tmp_path, 9000):
        assert issuer(tmp_path) == "http://127.0.0.1:9000"
    assert (tmp_path / "running-9000").exists()
    assert issuer(tmp_path) == DEFAULT


def test_of_two_portals_in_one_checkout_each_has_its_own_file(tmp_path: Path) -> None:
    with running(tmp_path, 9000), running(tmp_path, 7000):
        assert issuer(tmp_path) == "http://127.0.0.1:7000"
        with running(tmp_path, 8000):
            assert issuer(tmp_path) == DEFAULT
        with running(tmp_path, 7000) as same_port:  # as an upgraded portal takes over
            assert issuer(tmp_path) == "http://127.0.0.1:7000"
            same_port.kill()
            same_port.wait()
        assert issuer(tmp_path) == "http://127.0.0.1:9000"


def test_who_stops_leaves_the_file_of_its_successor(tmp_path: Path) -> None:
    first = AddressFile.write(tmp_path, 9000, "http://127.0.0.1:9000")
    second = AddressFile.write(tmp_path, 9000, "https://id.example.org")
    assert first is not None
    assert second is not None
    first.remove()
    assert find_issuer(tmp_path, 8000) == "https://id.example.org"
    second.remove()
    assert find_issuer(tmp_path, 8000) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("said", "followed"),
    [
        ({"ISSUER": "https://id.example.org"}, "https://id.example.org"),
        ({"PORT": "9100"}, "http://127.0.0.1:9100"),
        ({"SERVER_PORT": "9200"}, "http://127.0.0.1:9200"),
        ({"ISSUER": " ", "PORT": ""}, "http://127.0.0.1:9000"),
        ({"FLASK_RUN_FROM_CLI": ""}, DEFAULT),
    ],
    ids=["an issuer", "PORT", "SERVER_PORT", "empty variables", "a portal, no command"],
)
def test_what_is_set_wins_and_a_portal_follows_nobody(
    tmp_path: Path, said: dict[str, str], followed: str
) -> None:
    with running(tmp_path, 9000):
        assert issuer(tmp_path, **said) == followed


def test_an_instance_folder_that_takes_no_file_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert AddressFile.write(tmp_path / "file", 9000, "http://127.0.0.1:9000") is None
    (tmp_path / "running-9000").mkdir()  # nor one that gives none
    assert AddressFile.write(tmp_path, 9000, "http://127.0.0.1:9000") is None
    assert find_issuer(tmp_path, 8000) is None
