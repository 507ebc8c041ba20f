"""Noting by itself since when administrators are asked for a second factor, however they came to be administrators.

Commands, invitations, an upgrade and a changed setting make some: here all of them are found.
"""

import time

from ..authentication.administration import is_required
from ..database.rows import db
from ..users import administrators

LOOK_EVERY = 60.0  # seconds between two looks of one worker, the first of them at its start

_look_at = 0.0


def ask_for_second_factors() -> None:
    """Begin the time of those who have not been asked yet; end it where the setting asks nobody any more."""
    global _look_at
    if time.monotonic() < _look_at:
        return
    if administrators.ask_for_second_factor(is_required()):
        db.session.commit()
    _look_at = time.monotonic() + LOOK_EVERY
