"""What an authenticator signs: single use, for one purpose in one browser, for five minutes.

A challenge says itself until when it is valid and whose it is, under our MAC. So asking for one writes nothing, and
a visitor fills no table; only an answer that is right takes a row, which keeps it from counting again.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ...clock import now
from ...crypto import digest
from ...database.rows import insert_one
from ...extensions import vault
from ..models import UsedChallenge
from .refusals import PasskeyRefused, Reason

VALID_FOR = timedelta(minutes=5)
NONCE_BYTES = 16
TIME_BYTES = 8
_HEAD = NONCE_BYTES + TIME_BYTES
_SEED = b"challenge of a passkey"


class Purpose(StrEnum):
    """What the answer to a challenge does; the answer to one counts for no other."""

    SIGN_IN = "sign in"
    CONFIRM = "confirm"
    ADD = "add"
    ADD_UNASKED = "add unasked"
    """After a password sign-in, with nobody pressing anything: presence is not to be expected."""


def issue(purpose: Purpose, browser: str, person: str = "") -> bytes:
    """Return a fresh challenge for this ``browser``, named by what only its cookie knows, and this ``person``."""
    until = int((now() + VALID_FOR).timestamp())
    head = secrets.token_bytes(NONCE_BYTES) + until.to_bytes(TIME_BYTES, "big")
    return head + vault.mac(_SEED, _message(head, purpose, browser, person))


def check(challenge: bytes, purpose: Purpose, browser: str, person: str = "") -> None:
    """Raise :class:`PasskeyRefused` for a challenge of another browser, person or purpose, and for one that is over."""
    head, mac = challenge[:_HEAD], challenge[_HEAD:]
    is_ours = len(head) == _HEAD and vault.is_mac(mac, _SEED, _message(head, purpose, browser, person))
    if not is_ours or until(challenge) <= now():
        raise PasskeyRefused(Reason.CHALLENGE)


def use_up(challenge: bytes) -> None:
    """Keep ``challenge`` from counting again. Raises :class:`PasskeyRefused` where it has counted."""
    used = {"digest": digest(challenge.hex()), "expires_at": until(challenge)}
    if not insert_one(UsedChallenge, used):
        raise PasskeyRefused(Reason.CHALLENGE)


def until(challenge: bytes) -> datetime:
    """Return when ``challenge``, whose MAC is right, ends."""
    return datetime.fromtimestamp(int.from_bytes(challenge[NONCE_BYTES:_HEAD], "big"), UTC)


def _message(head: bytes, purpose: Purpose, browser: str, person: str) -> bytes:
    return head + hashlib.sha256(f"{purpose}\n{browser}\n{person}".encode()).digest()
