"""An app's credentials as a file of environment variables, for the program that uses them."""

import os
import tempfile
from pathlib import Path

from ..scopes import catalogue
from . import grants
from .models import Client


def write(path: Path, issuer: str, client: Client, secret: str | None) -> None:
    """Put ISSUER, CLIENT_ID, CLIENT_SECRET and SCOPE into a file only its owner reads. Raises OSError.

    It replaces an older file in one step, so that no reader finds half of it, nor the older file's permissions.
    """
    lines = [f"ISSUER={issuer}", f"CLIENT_ID={client.id}"]
    if secret is not None:
        lines.append(f"CLIENT_SECRET={secret}")
    lines.append(f'SCOPE="{" ".join(_scopes(client))}"')
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made with 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _scopes(client: Client) -> list[str]:
    """What the app can ask for with its grants."""
    if grants.OF_PEOPLE.isdisjoint(client.grant_type_list):
        return [name for name in client.scope_list if name not in catalogue.ABOUT_PERSON]
    return client.scope_list
