"""`flask` and `gunicorn` as somebody types them: what is wrong with the settings is one line, and nothing starts."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import CHECKOUT
from tests.support.checkouts import copy_checkout

GUNICORN = ["gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
FLASK = [["flask", "db", "upgrade"], ["flask", "doctor"], ["flask", "--app", "wsgi", "user", "list"]]
COMMANDS = [*FLASK, GUNICORN]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout with a virtual environment whose entry points are ours; its path needs quotes."""
    folder = copy_checkout(tmp_path_factory.mktemp("it's a checkout"))
    (folder / ".venv/bin").mkdir(parents=True)
    # The packages are this environment's own.
    (folder / ".venv/lib").symlink_to(Path(sys.prefix, "lib").resolve())
    shutil.copy(Path(sys.prefix, "pyvenv.cfg"), folder / ".venv")
    (folder / ".venv/bin/python").symlink_to(sys.executable)
    subprocess.run([".venv/bin/python", "configuration/entry_points.py"], cwd=folder, check=True)
    yield folder
    shutil.rmtree(folder)


def run(checkout: Path, command: list[str], **environ: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": f"{checkout}/.venv/bin:{os.environ['PATH']}", **environ}
    return subprocess.run(command, cwd=checkout, env=own, capture_output=True, text=True, timeout=60)


def refusal(checkout: Path, command: list[str], **environ: str) -> str:
    """The one line on stderr with which the command ends; nothing was made."""
    ended = run(checkout, command, **environ)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1), ended.stderr
    assert not (checkout / "instance").exists()
    return ended.stderr


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_env_file_that_cannot_be_read_ends_them_with_one_line(checkout: Path, command: list[str]) -> None:
    path = checkout / ".env"
    for written in (b"REGISTRATION : closed\n", 'MAIL_FROM="Pförte <a@example.org>"'.encode("latin-1")):
        path.write_bytes(written)
        assert refusal(checkout, command).startswith(f"{path}, line 1 ")
    path.unlink()
    path.symlink_to(".env")
    assert refusal(checkout, command).startswith(f"{path} cannot be read ")
    path.unlink()


@pytest.mark.parametrize("value", ["many", "0", "1.5"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_number_of_workers_that_is_none_ends_them_with_one_line(
    checkout: Path, command: list[str], value: str
) -> None:
    said = refusal(checkout, command, WEB_CONCURRENCY=value)
    assert said == f"WEB_CONCURRENCY is {value!r}; accepted: a whole number from 1 to 512\n"


def test_an_env_file_further_up_is_not_the_portals(checkout: Path) -> None:
    # Flask's own reading looks for it in every folder above.
    above = checkout.parent / ".env"
    above.write_text("REGISTRATION : closed\nACCESS_TOKEN_TTL=soon\n")
    try:
        ended = run(checkout, ["flask", "client", "list"], INSTANCE_PATH=str(checkout / "elsewhere"))
    finally:
        above.unlink()
    assert ended.stderr.splitlines()[-1].endswith("Run: flask db upgrade"), ended.stderr


def test_they_remain_flask_and_gunicorn(checkout: Path) -> None:
    environ = {"INSTANCE_PATH": str(checkout / "elsewhere"), "WEB_CONCURRENCY": ""}
    wrong = run(checkout, ["flask", "user", "lsit"], **environ)
    assert (wrong.returncode, wrong.stderr.splitlines()[0]) == (
        2,
        "Usage: flask user [OPTIONS] COMMAND [ARGS]...",
    )
    told = run(checkout, ["gunicorn", "--print-config", *GUNICORN[1:]], **environ)
    assert told.returncode == 0
    assert "EvenWorker" in told.stdout


def test_a_python_of_the_machine_is_left_alone() -> None:
    command = [str(Path(sys.executable).resolve()), str(CHECKOUT / "configuration/entry_points.py")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr.count("\n")) == (1, 1)


@pytest.mark.parametrize("name", ["Makefile", "Dockerfile", "docs/operations.md"])
def test_whoever_installs_the_packages_makes_the_entry_points_too(name: str) -> None:
    written = (CHECKOUT / name).read_text(encoding="utf-8")
    installed = re.findall(r" install .*-r (?:/tmp/)?requirements\.txt", written)
    assert installed
    assert len(re.findall(r"python configuration/entry_points\.py", written)) == len(installed)
