"""Names that borrow authority: who reads "Pforte Support" believes it, so administrators give them."""

from urllib.parse import urlsplit

from ..extensions import settings
from . import lookalikes

PORTAL = "Pforte"
RESERVED = ("support", "security", "admin", "verified", "sicherheit", "verifiziert", "geprüft")
BADGES = frozenset("✓✔✅☑🗸🗹🔒🔐🔏🛡")
"""Signs by which pages say that something was checked, or is safe."""


def borrowed_by(name: str) -> str | None:
    """The part of ``name`` that only the portal itself may say; None where there is none."""
    badge = next((character for character in name if character in BADGES), None)
    if badge or lookalikes.skeleton(PORTAL) in lookalikes.skeleton(name):
        return badge or PORTAL
    host = urlsplit(settings.issuer).hostname or ""
    if "." in host and host in name.casefold():
        return host
    return lookalikes.claims(name, RESERVED)
