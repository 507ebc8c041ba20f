"""Replacing the signing keys: the next ones sign, or, after a leak, new ones at once."""

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import or_, select, update

from ...clock import now
from ...database.rows import db
from ..models import SigningKey
from ..refusals import NextKeyTooNew
from .authentic import authenticate, is_authentic
from .pairs import new_row
from .ring import ALGORITHMS

PUBLISHED_AHEAD = timedelta(minutes=10)  # beyond the time that caches keep the key set, and FRESH_FOR
RETIREMENT_MARGIN = timedelta(minutes=2)  # covers FRESH_FOR and clocks that differ


def rotate_keys(longest_token: int, *, at_once: bool = False) -> list[str]:
    """Let every next key sign and make new next ones; gives the ids of those that sign now.

    A retired key verifies for ``longest_token`` seconds more, until the last token it signed has expired. Raises
    :class:`NextKeyTooNew` while caches may not know a next key, and the caller undoes what was written; ``at_once``
    rotates all the same.
    """
    moment = now()
    until = moment + timedelta(seconds=longest_token) + RETIREMENT_MARGIN
    slots = _lock_slots()
    if not at_once and (wait := _seconds_until_published(slots, moment)):
        raise NextKeyTooNew(wait)
    for alg in ALGORITHMS:
        if key := slots.get(f"{alg}:current"):
            _retire(key, moment, until)
    db.session.flush()
    for alg in ALGORITHMS:
        if key := slots.get(f"{alg}:next"):
            key.slot, key.signs_from = f"{alg}:current", moment
            authenticate(key)
    db.session.flush()
    db.session.add_all(new_row(alg, "next", moment) for alg in ALGORITHMS)
    db.session.flush()
    return [key.kid for key in slots.values() if key.slot]


def replace_leaked_keys() -> list[str]:
    """Make new keys, and let nothing that any key has signed or could sign count any more; gives the ids of the new.

    Next keys lie beside the current ones, so they go as well. Access and ID tokens end; refresh tokens are no JWTs.
    """
    moment = now()
    _lock_slots()
    still_counts = or_(SigningKey.expires_at.is_(None), SigningKey.expires_at > moment)
    for key in db.session.scalars(select(SigningKey).where(still_counts)):
        _retire(key, moment, moment)
    db.session.flush()
    rows = [new_row(alg, slot, moment) for alg in ALGORITHMS for slot in ("current", "next")]
    db.session.add_all(rows)
    db.session.flush()
    return [row.kid for row in rows if row.signs_from]


def _lock_slots() -> dict[str, SigningKey]:
    """The keys in use by their slot, held until the end of the transaction; what was not made here leaves its slot.

    It writes first: of two rotations at once, the second waits for the first and sees the keys it made.
    """
    in_use = SigningKey.slot.is_not(None)
    hold = update(SigningKey).where(in_use).values(slot=SigningKey.slot)
    db.session.execute(hold.execution_options(synchronize_session=False))
    query = select(SigningKey).where(in_use).execution_options(populate_existing=True)
    slots = {}
    for key in db.session.scalars(query):
        if is_authentic(key):
            slots[str(key.slot)] = key
        else:
            key.slot = None  # its MAC stays the wrong one
    db.session.flush()
    return slots


def _retire(key: SigningKey, moment: datetime, until: datetime) -> None:
    """Let ``key`` sign no more, and verify ``until`` then."""
    genuine = is_authentic(key)
    key.slot, key.retired_at, key.expires_at = None, moment, until
    if genuine:
        authenticate(key)


def _seconds_until_published(slots: dict[str, SigningKey], moment: datetime) -> int:
    """For how long caches may still not know a next key.

    A first key was published together with its next one, so whoever knows the one knows the other.
    """
    waiting = [
        key.created_at
        for alg in ALGORITHMS
        if (key := slots.get(f"{alg}:next")) and _was_next(slots.get(f"{alg}:current"))
    ]
    left = max(waiting) + PUBLISHED_AHEAD - moment if waiting else timedelta(0)
    return max(0, ceil(left.total_seconds()))


def _was_next(key: SigningKey | None) -> bool:
    """Whether a current key was published before it signed."""
    return key is not None and key.signs_from is not None and key.signs_from > key.created_at
