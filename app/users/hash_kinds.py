"""The kinds of password hash that people have, of this portal and of older services: what a wrong password costs.

Whoever signs in is not searched for them: a small table holds them. ``flask user import`` adds to it, and
``flask cleanup`` finds out which there are.
"""

import re
import time
from collections.abc import Iterable

from sqlalchemy import ColumnElement, delete, func, or_, select

from ..database.rows import db, insert_missing
from ..extensions import settings
from .foreign_hashes import problem
from .models import PasswordHashKind, User
from .password_hashes import DIGESTED, current_kind

MOST_KINDS = 8  # that a refusal costs; each one more takes its time from everybody who signs in
HALVED = 2  # so often the time that a hash of people who are imported may take: here strangers cause it
READ_EVERY = 300.0  # seconds

_KIND = re.compile(
    rf"(\$argon2id\$(?:v=\d+\$)?m=\d+,t=\d+,p=\d+\$)|(?:{DIGESTED})?\$2[aby](\$\d\d\$)|(scrypt:\d+:\d+:\d+\$)"
)
_VARIANTS = ("$2a", "$2b", "$2y", f"{DIGESTED}$2b")  # of bcrypt, all of one cost
_kept: tuple[str, ...] = ()
_read_at = float("-inf")


def kind_of(password_hash: str) -> str:
    """How ``password_hash`` begins, as far as that says what it costs; "" for what is no hash."""
    found = _KIND.match(password_hash)
    if found is None:
        return ""
    argon2, bcrypt, scrypt = found.groups()
    return f"$2b{bcrypt}" if bcrypt else argon2 or scrypt


def decoy_of(kind: str) -> str:
    """A hash of that kind, which nobody has a password for."""
    if kind.startswith("$argon2"):
        return f"{kind}{'A' * 22}${'A' * 43}"
    return f"{kind}decoy${'0' * 128}" if kind.startswith("scrypt:") else f"{kind}{'.' * 53}"


def in_use() -> tuple[str, ...]:
    """The kinds that people have, read anew every few minutes, and the one that the portal makes."""
    global _kept, _read_at
    if time.monotonic() >= _read_at + READ_EVERY:
        query = select(PasswordHashKind.kind).order_by(PasswordHashKind.kind).limit(MOST_KINDS)
        _kept, _read_at = tuple(db.session.scalars(query)), time.monotonic()
    return tuple({*_kept, current_kind(settings.password_hasher, settings.bcrypt_salt_rounds)})


def keep(kinds: Iterable[str]) -> None:
    """Write down that people have hashes of these ``kinds``, in the session's transaction; not of too dear ones."""
    rows = [{"kind": kind} for kind in sorted(set(kinds)) if problem(decoy_of(kind), halved=HALVED) is None]
    if rows:
        insert_missing(PasswordHashKind, rows)


def recount() -> int:
    """Find out which kinds people have, in the session's transaction; return how many are forgotten.

    The database reads every hash, once, and once more for each kind that nobody has any longer.
    """
    kept = set(db.session.scalars(select(PasswordHashKind.kind)))
    gone = {kind for kind in kept if _find(_begins(kind)) is None}
    seen = kept - gone
    while len(seen) < MOST_KINDS and (found := _find(*(~_begins(kind) for kind in seen))) is not None:
        seen.add(kind_of(found) or found)
    keep(seen)
    if gone:
        db.session.execute(delete(PasswordHashKind).where(PasswordHashKind.kind.in_(gone)))
    return len(gone)


def forget() -> None:
    """Read the kinds anew the next time."""
    global _read_at
    _read_at = float("-inf")


def _find(*conditions: ColumnElement[bool]) -> str | None:
    """The hash of somebody who meets the conditions."""
    query = select(User.password_hash).where(User.password_hash.is_not(None), *conditions).limit(1)
    return db.session.scalar(query)


def _begins(kind: str) -> ColumnElement[bool]:
    """Whether a hash is of that kind."""
    starts = [f"{variant}{kind[3:]}" for variant in _VARIANTS] if kind.startswith("$2b") else [kind]
    return or_(*(func.substr(User.password_hash, 1, len(start)) == start for start in starts))
