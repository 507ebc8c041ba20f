"""Certificates for servers of the tests, made by the line that docs/operations.md gives."""

import subprocess
from pathlib import Path

from tests.support.documented import block


def make_certificate(folder: Path, host: str) -> tuple[Path, Path]:
    """Certificate and key in ``folder``, valid for ``host``."""
    line = block("sh", "openssl req").replace("id.example.org", host)
    if host[0].isdigit():
        line = line.replace("DNS:", "IP:")
    subprocess.run(["bash", "-ec", line], cwd=folder, check=True, capture_output=True, timeout=60)
    return folder / "cert.pem", folder / "key.pem"
