"""The authorization server and OpenID provider."""

from flask import Flask

from .keys.ring import KeyRing
from .server import PortalServer


def configure(app: Flask) -> None:
    """Put the authorization server and its keys into ``app``."""
    app.extensions["authorization_server"] = PortalServer(app.config["SETTINGS"])
    app.extensions["signing_keys"] = KeyRing()
