"""Several containers start at once on an empty database: one migrates, the others wait and find nothing to do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.databases import KINDS, SECRETS, Databases
from tests.support.portals import CHECKOUT, FOREIGN

TOGETHER = 3
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("kind", KINDS)
def test_migrations_started_together_all_end_well(kind: str, databases: Databases, tmp_path: Path) -> None:
    own = {name: value for name, value in os.environ.items() if not FOREIGN.match(name)} | SECRETS
    url = databases.new_url(kind)
    environ = own | {"DATABASE_URL": url, "INSTANCE_PATH": str(tmp_path), "FLASK_SKIP_DOTENV": "1"}
    command = [sys.executable, "-m", "flask", "db"]
    started = [
        subprocess.Popen(
            [*command, "upgrade"], cwd=CHECKOUT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        for _number in range(TOGETHER)
    ]
    said = [process.communicate(timeout=120)[0].decode() for process in started]
    assert [process.returncode for process in started] == [0] * TOGETHER, said
    assert said == [""] * TOGETHER
    current = subprocess.run(
        [*command, "current"],
        cwd=CHECKOUT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "(head)" in current.stdout
