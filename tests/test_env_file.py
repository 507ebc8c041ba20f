"""`.env` that is not what it should be: one line that names the file and the line, never the value, and no start."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigurationError, load
from configuration.env_file import read_env_file
from tests.support.checkouts import copy_checkout

COMMANDS = {
    "make run": ["migrations/at_head.py"],
    "its look at the port": ["configuration/free_port.py"],
    "its start": ["configuration/start.py"],
    "gunicorn": ["-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"],
    "the health check": ["docker/healthcheck.py"],
    "the application": ["wsgi.py"],
}
QUOTE = "has a quote that does not end where the line does"
# What is in the file, the line that is told, and what of it.
BROKEN = [
    (b"REGISTRATION : closed\n", 1, "cannot be understood"),
    (b"# all is well\n\n\n  TRUSTED_PROXIES : 1\nREGISTRATION=closed\n", 4, "cannot be understood"),
    (b"DEFAULT_LOCALE=de\r\nREGISTRATION closed\r\n", 2, "cannot be understood"),
    (b"DEFAULT_LOCALE=de\nset REGISTRATION=closed\n", 2, "cannot be understood"),
    (b"=hunter2\n", 1, "cannot be understood"),
    (b"REGISTRATION:=closed\n", 1, "does not begin with the name of a variable"),
    (b"REGISTRATION+=closed\n", 1, "does not begin with the name of a variable"),
    ("ＲEGISTRATION=closed\n".encode(), 1, "does not begin with the name of a variable"),
    ("A=1\nB=2\n".encode("utf-16-le"), 1, "does not begin with the name of a variable"),
    (b"DEFAULT_LOCALE=de\n\nhunter2\n", 3, "has no ="),
    (b"export DEFAULT_LOCALE=de\nexport REGISTRATION\n", 2, "has no ="),
    (b'SECRET_KEY="hunter2\nREGISTRATION=closed\n', 1, QUOTE),
    (b"\nSECRET_KEY='hunter2\nREGISTRATION=closed\nMAIL_FROM=a@example.org\n", 2, QUOTE),
    (b'SECRET_KEY="hunter2\nREGISTRATION=closed\nMAIL_FROM="a@example.org"\n', 1, QUOTE),
    (b"SECRET_KEY='hunter2\nREGISTRATION=closed\nX='\n", 1, QUOTE),
    (b"SECRET_KEY='don't'\n", 1, QUOTE),
    (b'SECRET_KEY="hunter2"hunter2\n', 1, QUOTE),
    (b"SECRET_KEY=hunter2\0\n", 1, "has a null byte"),
    (b"SECRET_KEY=hunter2${REGISTRATION}\n", 1, "has ${…}, which nothing fills in"),
    ('A=1\nMAIL_FROM="Pförte <a@example.org>"\n'.encode("latin-1"), 2, "is not UTF-8"),
    ("A=1\nB=2\n".encode("utf-16"), 1, "is not UTF-8"),
]  # fmt: skip


def refusal(path: Path) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_env_file(path)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(str(path))


@pytest.mark.parametrize(("written", "line", "reason"), BROKEN)
def test_a_line_that_cannot_be_read_is_told_by_its_number_and_not_shown(
    tmp_path: Path, written: bytes, line: int, reason: str
) -> None:
    path = tmp_path / ".env"
    path.write_bytes(written)
    said = refusal(path)
    assert said.startswith(f", line {line} {reason}; accepted: ")
    assert "hunter2" not in said
    assert "closed" not in said


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"", {}),
        (b"\n# nothing\n   # at all", {}),
        (b"\xef\xbb\xbfA=1\r\nB = 'x'\r\n", {"A": "1", "B": "x"}),
        (b'export A="a#b" # said\nA_2= # nothing\nspring.name-x==\n', {"A": "a#b", "A_2": "", "spring.name-x": "="}),
        ('A=Pförte "now" $HOME\nA=2'.encode(), {"A": "2"}),
        (b"A=pa$${ss", {"A": "pa$${ss"}),
    ],
)  # fmt: skip
def test_what_people_write_is_read(tmp_path: Path, written: bytes, read: dict[str, str]) -> None:
    (tmp_path / ".env").write_bytes(written)
    assert read_env_file(tmp_path / ".env") == read


@given(st.binary(max_size=60) | st.text(alphabet="AB=:\"'\\# \n\r${}", max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, written: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.env"
    path.write_bytes(written)
    try:
        found = read_env_file(path)
    except ConfigurationError as error:
        found = {str(error): ""}
    assert all(name and "\n" not in name for name in found)


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    # What `docker run -v …/.env:…` makes where the file does not exist.
    assert refusal(tmp_path).startswith(" cannot be read (Is a directory); accepted: ")


@pytest.mark.parametrize(
    ("target", "reason"),
    [("nowhere", " is a link that leads nowhere; "), (".env", " cannot be read (Too many levels of symbolic links); ")],
)  # fmt: skip
def test_a_link_that_leads_to_no_file_is_told(tmp_path: Path, target: str, reason: str) -> None:
    (tmp_path / ".env").symlink_to(target)
    assert refusal(tmp_path / ".env").startswith(reason)


def test_a_file_this_user_may_not_read_is_told(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=hunter2\n")
    path.chmod(0)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65_534)
    try:
        assert refusal(path).startswith(" cannot be read (Permission denied); accepted: ")
    finally:
        if root:
            os.seteuid(0)


def test_where_there_is_none_nothing_is_set_and_nothing_said(tmp_path: Path) -> None:
    assert read_env_file(tmp_path / ".env") == {}


def test_the_switch_of_flask_leaves_it_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.CHECKOUT", tmp_path)
    (tmp_path / ".env").write_text("REGISTRATION : closed\n")
    with pytest.raises(ConfigurationError, match="line 1"):
        load({"INSTANCE_PATH": str(tmp_path)})
    assert load({"INSTANCE_PATH": str(tmp_path), "FLASK_SKIP_DOTENV": "1"}).registration == "open"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout whose `.env` may be spoilt."""
    folder = copy_checkout(tmp_path_factory.mktemp("checkout"))
    yield folder
    shutil.rmtree(folder)


def run(checkout: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=checkout, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_nothing_starts_and_one_line_says_why(checkout: Path, command: list[str]) -> None:
    for written in (b"REGISTRATION : closed\n", 'MAIL_FROM="Pförte <a@example.org>"'.encode("latin-1")):
        (checkout / ".env").write_bytes(written)
        ended = run(checkout, command)
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1), ended.stderr
        assert ended.stderr.startswith(f"{checkout}/.env, line 1 ")
    assert not (checkout / "instance").exists()


@pytest.mark.parametrize("command", [["db", "upgrade"], ["user", "list"], ["doctor"]])
def test_python_m_flask_ends_too_after_what_flask_says_itself(checkout: Path, command: list[str]) -> None:
    (checkout / ".env").write_text("REGISTRATION : closed\n")
    ended = run(checkout, ["-m", "flask", *command])
    assert (ended.returncode, ended.stdout) == (1, "")
    # Flask reads the file before it asks for the application; .venv/bin/flask does not (decision 28).
    first, last = ended.stderr.splitlines()
    assert first == "python-dotenv could not parse statement starting at line 1"
    assert last.startswith(f"{checkout}/.env, line 1 cannot be understood; ")
    assert not (checkout / "instance").exists()
