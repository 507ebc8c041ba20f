"""What is sealed: under the current secret, still under the previous one, or lost; and whose client secrets are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from ...clients.authentic_secrets import is_authentic
from ...clients.models import ClientSecret
from ...clock import now
from ...database.rows import db
from ...extensions import vault
from .. import resealing, resealing_output
from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

TELL_THE_OLD_ONE = (
    "Set DATABASE_ENCRYPTION_SECRET_PREVIOUS to the secret they were sealed under, then run: "
    "flask keys rotate-encryption"
)


def check(_settings: "Settings") -> Iterator[Finding]:
    """Everything can be opened, and nothing needs the previous secret."""
    tallies = dict(resealing.survey())
    unopened = {name: tally.unopened for name, tally in tallies.items() if tally.unopened}
    if unopened:
        says = ", ".join(f"{number} of {name}" for name, number in unopened.items())
        yield Finding("encryption", False, f"cannot be opened: {says}", TELL_THE_OLD_ONE)
    behind = sum(tally.found for tally in tallies.values())
    if behind:
        says = f"{behind} values are still sealed under the previous secret"
        yield Finding("encryption", False, says, "Run: flask keys rotate-encryption")
    elif not unopened:
        yield Finding("encryption", True, "everything is sealed under the current secret")
    if foreign := _count_foreign_secrets():
        says = (
            f"{foreign} client secrets do not work: made by an older version after “flask db upgrade”, under a secret "
            "that is gone, or by somebody who can write to the database"
        )
        mend = "Replace them (flask client rotate-secret CLIENT_ID), and find out which it was."
        yield Finding("encryption", False, says, mend)
    if vault.has_previous and not behind and (waiting := resealing.find_still_on_old_secret()):
        yield Finding("encryption", True, resealing_output.in_words(waiting))


def _count_foreign_secrets() -> int:
    live = (
        ClientSecret.revoked_at.is_(None),
        or_(ClientSecret.expires_at.is_(None), ClientSecret.expires_at > now()),
    )
    return sum(not is_authentic(secret) for secret in db.session.scalars(select(ClientSecret).where(*live)))
