"""The whole description; grants, prompts and addresses are those of the server's own tables."""

from collections.abc import Sequence
from typing import Any

from . import api_paths, oauth_paths
from .parts import Part
from .schemas import SCHEMAS, SECURITY_SCHEMES

VERSION = "3.1.0"  # of OpenAPI


def describe(discovery: dict[str, Any], *, documents: Sequence[str], keys: Sequence[str]) -> Part:
    """Return the description of the portal that offers what ``discovery`` says.

    ``documents`` are the paths of that document itself, ``keys`` those of the keys.
    """
    return {
        "openapi": VERSION,
        "info": {
            "title": "Pforte",
            "version": "1",
            "description": "Identity portal: OAuth 2.0, OpenID Connect, and a JSON API.",
        },
        "servers": [{"url": discovery["issuer"]}],
        "paths": oauth_paths.paths(discovery, documents, keys) | api_paths.paths(),
        "components": {"schemas": SCHEMAS, "securitySchemes": SECURITY_SCHEMES},
    }
