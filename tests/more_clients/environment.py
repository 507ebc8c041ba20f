"""The clients of this folder that speak Python have versions of their own: build/more_clients, see tests/packages."""

from pathlib import Path

import pytest

from tests.support.portals import CHECKOUT

PYTHON = CHECKOUT / "build" / "more_clients" / "bin" / "python"
PROGRAMS = Path(__file__).parent / "programs"


def python(script: str) -> list[str]:
    """The command that starts ``programs/SCRIPT``; skips the test where the environment is missing."""
    if not PYTHON.exists():
        pytest.skip("build/more_clients is missing: make test-clients")
    return [str(PYTHON), str(PROGRAMS / script)]
