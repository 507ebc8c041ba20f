"""Passwords: hashed, verified, and renewed when the portal's way of hashing has changed."""

import os
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.exceptions import ServiceUnavailable

from ..extensions import settings
from . import hash_kinds, new_passwords, password_hashes
from .organisation_words import words_of_organisation

__all__ = [
    "HashingBusy",
    "check_new_password",
    "hash_password",
    "limit_waiting",
    "needs_rehash",
    "verify_password",
]

LONGEST_TYPED = 1_000  # characters; in longer texts accents stay as they came, ordering them takes too long
BUSY_FOR = 5  # seconds, until a place is free
LONGEST_WAIT = 20  # seconds for a turn; browsers and proxies give up soon after
_turn = threading.BoundedSemaphore(1)
"""One hash at a time in each process: hashing lets other threads run, so without a limit a few dozen sign-ins
would take every core from those who only want a token. There are as many processes as cores, or more."""
_places = threading.Semaphore(10_000)
"""Threads that may hash or wait for their turn; everybody where :func:`limit_waiting` was not called."""


def limit_waiting(threads: int) -> None:
    """Let no more ``threads`` of this process hash or wait for it: the others are free for what takes no hash."""
    global _places
    _places = threading.Semaphore(threads)


def check_new_password(password: str, *personal: str | None) -> None:
    """Refuse what will not do for ``personal``, or for people of this portal, as :mod:`.new_passwords` does."""
    words = words_of_organisation(settings.issuer, settings.password_words or ())
    new_passwords.check_new_password(password, *personal, organisation=words)


def hash_password(password: str) -> str:
    """What is kept of ``password``, in the way ``PASSWORD_HASHER`` names. Raises :class:`HashingBusy`."""
    typed = _typed(password)[0]
    with _one_at_a_time():
        return password_hashes.make(settings.password_hasher, settings.bcrypt_salt_rounds, typed)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether ``password`` is the one behind ``password_hash``. Raises :class:`HashingBusy`.

    A refusal costs one hash of every kind that people have, whosever the name is: its time must not tell who has
    an account, nor where it came from. So what was not hashed on the way (all of it, without a hash) is hashed for
    nothing.
    """
    forms = _typed(password)
    kind = hash_kinds.kind_of(password_hash or "")
    others = [other for other in hash_kinds.in_use() if other != kind]
    with _one_at_a_time():
        if password_hash is not None and any(password_hashes.matches(password_hash, form) for form in forms):
            return True
        for other in others:
            for form in forms:
                password_hashes.matches(hash_kinds.decoy_of(other), form)
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether ``password_hash`` is of another kind or cost than the settings ask for."""
    return not password_hashes.is_current(
        settings.password_hasher, settings.bcrypt_salt_rounds, password_hash
    )


def _typed(password: str) -> list[bytes]:
    """The bytes that are hashed, the same for a letter typed as one key or as letter and accent.

    Then, where they differ, those that were typed: hashes of other services were made of them.
    """
    composed = unicodedata.normalize("NFC", password) if len(password) <= LONGEST_TYPED else password
    return [form.encode("utf-8", "surrogatepass") for form in dict.fromkeys((composed, password))]


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    if not _places.acquire(blocking=False):
        raise HashingBusy
    try:
        if not _turn.acquire(timeout=LONGEST_WAIT):
            raise HashingBusy
        try:
            yield
        finally:
            _turn.release()
    finally:
        _places.release()


def _renew_turn() -> None:
    """A fork may happen while another thread hashes: the child starts with a turn of its own."""
    global _turn
    _turn = threading.BoundedSemaphore(1)


os.register_at_fork(after_in_child=_renew_turn)


class HashingBusy(ServiceUnavailable):
    """Too many people sign in at the same moment. Wherever it is raised, the answer is 503 with ``Retry-After``."""

    def __init__(self) -> None:
        super().__init__(retry_after=BUSY_FOR)
        self.seconds = BUSY_FOR
