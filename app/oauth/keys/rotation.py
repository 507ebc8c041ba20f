"""Replacing the signing keys: the next ones sign, or, after a leak, new ones at once."""

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import func, insert, or_, select, update

from ...clock import now
from ...database.rows import db
from ..models import SigningKey
from ..refusals import NextKeyTooNew
from .ring import ALGORITHMS, new_row

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
    retire = update(SigningKey).where(SigningKey.slot.in_(f"{alg}:current" for alg in ALGORITHMS))
    db.session.execute(retire.values(slot=None, retired_at=moment, expires_at=until))
    # Behind the write: of two rotations at once, the second waits for the first and sees the keys it made.
    if not at_once and (wait := _seconds_until_published(moment)):
        raise NextKeyTooNew(wait)
    promoted = []
    for alg in ALGORITHMS:
        promote = update(SigningKey).where(SigningKey.slot == f"{alg}:next")
        db.session.execute(promote.values(slot=f"{alg}:current", signs_from=moment))
        db.session.execute(insert(SigningKey).values(new_row(alg, "next", moment)))
        kid = db.session.scalar(select(SigningKey.kid).where(SigningKey.slot == f"{alg}:current"))
        promoted += [kid] if kid else []
    return promoted


def replace_leaked_keys() -> list[str]:
    """Make new keys, and let nothing that any key has signed or could sign count any more; gives the ids of the new.

    Next keys lie beside the current ones, so they go as well. Access and ID tokens end; refresh tokens are no JWTs.
    """
    moment = now()
    still_counts = or_(SigningKey.expires_at.is_(None), SigningKey.expires_at > moment)
    end = update(SigningKey).where(still_counts)
    db.session.execute(end.values(slot=None, retired_at=moment, expires_at=moment))
    rows = [new_row(alg, slot, moment) for alg in ALGORITHMS for slot in ("current", "next")]
    db.session.execute(insert(SigningKey), rows)
    return [row["kid"] for row in rows if row["signs_from"]]


def _seconds_until_published(moment: datetime) -> int:
    """For how long caches may still not know a next key, behind the retirement of ``moment``.

    A first key was published together with its next one, so whoever knows the one knows the other.
    """
    were_next = select(SigningKey.alg).where(
        SigningKey.retired_at == moment, SigningKey.signs_from > SigningKey.created_at
    )
    is_next = SigningKey.slot.in_(f"{alg}:next" for alg in ALGORITHMS)
    newest = db.session.scalar(
        select(func.max(SigningKey.created_at)).where(is_next, SigningKey.alg.in_(were_next))
    )
    left = newest + PUBLISHED_AHEAD - moment if newest else timedelta(0)
    return max(0, ceil(left.total_seconds()))
