"""docs/clients.md says what clients of others did, and no more than the tests have them do."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import clients

PAGE = clients.ROOT / "docs" / "clients.md"
HEADING = {"light": "In every `make test`", "heavy": "In `make test-clients` only"}


def rows(heading: str) -> dict[str, tuple[str, set[str]]]:
    """By client: the version and what it did, as the page's table has it."""
    table = PAGE.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    return {name: (version, set(did.split("; "))) for name, version, did in found[2:]} if found else {}


@pytest.mark.parametrize(("kind", "folders"), [("light", clients.FOLDERS[:-1]), ("heavy", [clients.HEAVY])])
def test_the_page_has_each_client_and_all_it_does(kind: str, folders: list[str]) -> None:
    on_page = {name: did for name, (_version, did) in rows(HEADING[kind]).items()}
    marked = {name: set("; ".join(did).split("; ")) for name, did in clients.marked(*folders).items()}
    assert on_page == marked, "make test-clients"


def test_its_versions_are_those_of_the_locks() -> None:
    on_page = {name: version for kind in HEADING.values() for name, (version, _did) in rows(kind).items()}
    locked = {name: version for name, version in on_page.items() if not version.endswith("(Debian)")}
    assert len(locked) > 15
    assert locked == {name: clients.version(name) for name in locked}


def test_every_file_of_the_second_suite_names_its_client() -> None:
    files = sorted((clients.ROOT / clients.HEAVY).glob("test_*.py"))
    assert files
    assert not [path.name for path in files if "mark.client(" not in path.read_text(encoding="utf-8")]


WORKING, SKIPPED, WRONG = "pass", "pytest.skip('no such program')", "assert False"


@pytest.mark.parametrize("what", [WORKING, SKIPPED, WRONG])
def test_the_page_is_written_where_all_has_worked_and_nowhere_else(tmp_path: Path, what: str) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\nmarkers = client\n")
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "@pytest.mark.client('openid-client', 'the device grant')\n"
        "@pytest.mark.client('jose', 'verifies RS256, ES256 and EdDSA')\n"
        "def test_one(): pass\n"
        "@pytest.mark.client('openid-client', 'signs the person out')\n"
        f"def test_two(): {what}\n"
    )
    plugin = ("-p", "tests.support.clients", "--clients-page", "clients.md", "-n", "2")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugin],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(clients.ROOT)},
        capture_output=True,
    )
    page = tmp_path / "clients.md"
    assert ended.returncode == (0 if what is WORKING else 1), ended.stdout
    assert page.exists() == (what is WORKING)
    if what is WORKING:
        row = (
            f"| openid-client | {clients.version('openid-client')} | signs the person out; the device grant |"
        )
        assert row in page.read_text(encoding="utf-8")
