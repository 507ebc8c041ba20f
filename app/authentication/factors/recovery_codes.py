"""Codes on paper, each for one sign-in without the phone."""

import re
import secrets
import unicodedata
from typing import NamedTuple

from sqlalchemy import ColumnElement, Update, delete, func, select, update

from ...clock import now
from ...crypto import digest, equal
from ...database.rows import db, new_id
from ...extensions import vault
from ...users.models import User
from ..models import RecoveryCode

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no 0 and O, no 1 and I
LENGTH = 12  # characters of 5 bits each
GROUP = 4  # characters between two dashes
HOW_MANY = 10
FEW = 3  # from here on the person is asked to make new ones
_NO_PART = re.compile(r"[\s\u00ad\u2010-\u2015\u2212-]+")  # blanks, and what programs make of a dash


class Count(NamedTuple):
    """How many of somebody's codes are left, of how many."""

    left: int
    of: int

    @property
    def are_few(self) -> bool:
        """Whether it is time for new ones."""
        return self.left <= FEW


def make(user: User) -> list[str]:
    """Make new codes for ``user`` and return them, as they are never seen again; the old ones end."""
    db.session.refresh(
        user, with_for_update=True
    )  # of two pages at once, the second ends the codes of the first
    forget(user)
    codes = [_new_code() for _ in range(HOW_MANY)]
    for code in codes:
        row_id = new_id()
        sealed = vault.encrypt(_digest(user.id, normal(code)), sealed_for(row_id))
        db.session.add(RecoveryCode(id=row_id, user_id=user.id, sealed_digest=sealed))
    return codes


def find_unused(user: User, code: str) -> str | None:
    """Return the ID of the row of ``code``, which is :func:`normal`; None where ``user`` has no such code left."""
    asked = _digest(user.id, code)
    rows = db.session.execute(select(RecoveryCode.id, RecoveryCode.sealed_digest).where(*_left(user)))
    matching = [row.id for row in rows if equal(vault.decrypt(row.sealed_digest, sealed_for(row.id)), asked)]
    return matching[0] if matching else None


def use(code_id: str) -> Update:
    """The statement that uses a code up: of several at once, one meets a row."""
    this = RecoveryCode.id == code_id, RecoveryCode.used_at.is_(None)
    return update(RecoveryCode).where(*this).values(used_at=now())


def count(user: User) -> Count:
    """Return how many codes ``user`` has left, of how many."""
    query = select(func.count(), func.count(RecoveryCode.used_at)).where(RecoveryCode.user_id == user.id)
    made, used = db.session.execute(query).one()
    return Count(made - used, made)


def forget(user: User) -> None:
    """Delete all codes of ``user``."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def normal(code: str) -> str:
    """Return ``code`` in capitals, without blanks and dashes, however it was typed."""
    return _NO_PART.sub("", unicodedata.normalize("NFKC", code)).upper()


def sealed_for(code_id: str) -> str:
    """The place the digest of a code is bound to."""
    return f"recovery_codes.sealed_digest.{code_id}"


def _new_code() -> str:
    characters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(characters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def _left(user: User) -> tuple[ColumnElement[bool], ...]:
    return RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)


def _digest(user_id: str, code: str) -> str:
    return digest(f"{user_id} {code}")
