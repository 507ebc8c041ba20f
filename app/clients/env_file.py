"""An app's credentials as a file of environment variables, for the program that uses them."""

import os
import tempfile
from pathlib import Path

from .models import Client


def write(path: Path, issuer: str, client: Client, secret: str | None) -> None:
    """Put ISSUER, CLIENT_ID, CLIENT_SECRET and SCOPE into a file only its owner reads. Raises OSError.

    It replaces an older file in one step, so that no reader finds half of it, nor the older file's permissions.
    """
    lines = [f"ISSUER={issuer}", f"CLIENT_ID={client.id}"]
    if secret is not None:
        lines.append(f"CLIENT_SECRET={secret}")
    lines.append(f'SCOPE="{client.scopes}"')
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
