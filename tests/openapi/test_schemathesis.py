"""Schemathesis asks a running portal what /openapi.json describes, well and badly: every answer is as described."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.foreign_clients.registered import register_app
from tests.support.portals import CHECKOUT, StartPortal

PROGRAM = CHECKOUT / "build" / "openapi" / "bin" / "schemathesis"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
EXAMPLES = 20  # of each endpoint, besides those that cover its parameters one by one


@pytest.mark.slow
@pytest.mark.parametrize("knows_an_app", [True, False], ids=["an app", "a stranger"])
def test_every_answer_is_as_described(start_portal: StartPortal, tmp_path: Path, knows_an_app: bool) -> None:
    if not PROGRAM.exists():
        pytest.skip("build/openapi is missing (tests/packages)")
    portal = start_portal("sqlite", workers=2, DYNAMIC_REGISTRATION="open")
    app = register_app(portal, "--grant", "client_credentials", redirect_uri="")
    done = subprocess.run(
        [
            PROGRAM, "run", f"{portal.url}/openapi.json", "--phases=coverage,fuzzing", f"--checks={','.join(CHECKS)}",
            f"--max-examples={EXAMPLES}", "--seed=1", "--workers=2", "--warnings=off", "--no-color",
            *(["--auth", f"{app.client_id}:{app.client_secret}"] if knows_an_app else []),
        ],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=150,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    asked = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert asked, done.stdout
    assert asked[1] == asked[2]
    assert int(asked[1]) > 800
    assert "Traceback" not in portal.log
    assert "Traceback" not in portal.log
