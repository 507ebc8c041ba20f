"""The authorization server and OpenID provider: the wire."""

from flask import Flask


def configure(app: Flask) -> None:
    """Put the authorization server, its discovery documents and its jobs into ``app``."""
