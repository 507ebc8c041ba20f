"""Names that borrow authority: who reads "Pforte Support" on a consent page believes it, so administrators give them."""

from urllib.parse import urlsplit

from sqlalchemy import and_, or_, select

from ..database.rows import db
from ..extensions import settings
from ..users import lookalikes
from .models import Client
from .refusals import Problem, Reason

PORTAL = "Pforte"
RESERVED = ("support", "security", "admin", "verified", "sicherheit", "verifiziert", "geprüft")
BADGES = frozenset("✓✔✅☑🗸🗹🔒🔐🔏🛡")
"""Signs by which pages say that something was checked, or is safe."""


def find_problem(name: str) -> Problem | None:
    """What is wrong with a ``name`` that no administrator gives."""
    if lookalikes.mixes_scripts(name):
        return Problem("name", Reason.MIXED_SCRIPTS)
    borrowed = _borrowed(name)
    if borrowed:
        return Problem("name", Reason.BORROWED, borrowed)
    if lookalikes.skeleton(name) in {lookalikes.skeleton(other) for other in _vouched_names()}:
        return Problem("name", Reason.TAKEN, name)
    return None


def _borrowed(name: str) -> str | None:
    """The part of ``name`` that only the portal itself may say; None where there is none."""
    badge = next((character for character in name if character in BADGES), None)
    if badge or lookalikes.skeleton(PORTAL) in lookalikes.skeleton(name):
        return badge or PORTAL
    host = urlsplit(settings.issuer).hostname or ""
    if "." in host and host in name.casefold():
        return host
    return lookalikes.claims(name, RESERVED)


def _vouched_names() -> list[str]:
    """The names of apps that administrators answer for; the portal's own are few, and so are those with their mark."""
    own = and_(Client.owner_id.is_(None), Client.registered_dynamically.is_(False))
    return list(db.session.scalars(select(Client.name).where(or_(Client.trusted, own))))
