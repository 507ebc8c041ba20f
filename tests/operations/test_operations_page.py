"""docs/operations.md is true: its commands, settings, links and units exist as it tells them."""

import re
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app import create_app
from app.database.rows import db
from tests.support.databases import Databases, make_settings
from tests.support.documented import DOCS, PAGE, block, blocks
from tests.support.servers import program
from tests.test_env_example import LINES

WRITTEN = PAGE.read_text(encoding="utf-8")


def commands() -> set[str]:
    """Every `flask` command, as one types it."""
    app = create_app(make_settings("sqlite:////nowhere/pforte.sqlite3", Path("/nowhere")))
    found = set()
    for name, command in app.cli.commands.items():
        found |= {f"flask {name} {sub}" for sub in getattr(command, "commands", {})} or {f"flask {name}"}
    return found


def test_every_command_it_names_exists() -> None:
    named = {
        f"flask {rest}"
        for rest in re.findall(
            r"flask ((?:(?:db|user|client|keys|mail|scope|team|group|registration-token) )?[a-z-]+)", WRITTEN
        )
    }
    assert len(named) > 6
    assert named <= commands() | {"flask db upgrade"}


def test_every_setting_it_names_exists() -> None:
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)(?:=[^`]*)?`", WRITTEN))
    assert len(named) > 10
    of_openssl = {"SSL_CERT_FILE"}
    assert named <= {name for _commented, name, _value in LINES} | of_openssl


@pytest.mark.parametrize("name", ["operations.md", "groups.md"])
def test_every_link_leads_somewhere(name: str) -> None:
    written = (DOCS / name).read_text(encoding="utf-8")
    headings = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", written, re.MULTILINE)
    }
    targets = re.findall(r"\]\(([^)]+)\)", written)
    assert targets
    for target in targets:
        path, _hash, anchor = target.partition("#")
        assert not path or (PAGE.parent / path).exists(), target
        assert not anchor or anchor in headings, target


def test_its_units_are_sound_and_shut_the_portal_in(tmp_path: Path) -> None:
    analyze = program("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed (apt-get install systemd)")
    for unit in blocks("ini"):
        name = re.match(r"# /etc/systemd/system/(\S+)\n", unit)
        assert name is not None
        # What is not installed on this machine is played by a program that is.
        (tmp_path / name[1]).write_text(re.sub(r"/srv/pforte/\.venv/bin/\w+", "/bin/true", unit))
    units = sorted(str(path) for path in tmp_path.iterdir())
    assert len(units) == 3
    verified = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, timeout=60)
    assert not re.findall(rf"^{tmp_path}.*|.*Unknown.*", verified.stderr, re.MULTILINE), verified.stderr
    judged = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=20", str(tmp_path / "pforte.service")],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout[-600:]


def test_its_url_for_galera_reaches_every_connection(databases: Databases, tmp_path: Path) -> None:
    waiting = block("sh", "init_command").strip().rstrip("'").partition("?")[2]
    app = create_app(make_settings(f"{databases.new_url('mariadb')}&{waiting}", tmp_path))
    with app.app_context():
        for engine in db.engines.values():
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT @@wsrep_sync_wait")) == 1
            engine.dispose()


def test_the_readme_makes_the_database_in_the_same_way() -> None:
    readme = (PAGE.parent.parent / "README.md").read_text(encoding="utf-8")
    (written,) = re.findall(r'mariadb -e "(CREATE DATABASE [^"]+)"', readme)
    here = block("sql", "CREATE DATABASE").replace("a long random password", "…")
    assert written.split() == here.strip().removesuffix(";").split()


def test_its_database_may_be_made_and_used_as_shown(databases: Databases) -> None:
    for statement in block("sql", "CREATE DATABASE").strip().removesuffix(";").split(";\n"):
        databases.mariadb.run(statement.replace("pforte", "documented"))
    url = f"mysql+pymysql://documented:a long random password@localhost/documented?unix_socket={databases.mariadb.socket}"
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE proof (id INT PRIMARY KEY)"))
    engine.dispose()
