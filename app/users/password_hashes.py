"""The kinds of password hash the portal makes (argon2id, bcrypt) and those it can check (scrypt too)."""

import base64
import hashlib
import hmac
import re

import argon2
import bcrypt

# OWASP's smallest recommended cost: 50 ms here, and little enough memory for many processes.
ARGON2 = argon2.PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)
BCRYPT_LIMIT = 72  # bytes; bcrypt reads no further
# The salt's last letter stands for two bits; the library takes no other spelling of them.
BCRYPT = re.compile(r"\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{31}")
# Before a bcrypt hash of ours whose password was too long for bcrypt and was digested first.
DIGESTED = "sha256"
SCRYPT_MEMORY = 256 * 1024 * 1024  # bytes; a hash that asks for more is not checked


def make(kind: str, rounds: int, password: bytes) -> str:
    """A hash of ``password``; ``kind``: ``argon2`` or ``bcrypt``, ``rounds``: the cost of the latter."""
    if kind == "argon2":
        return ARGON2.hash(password)
    salt = bcrypt.gensalt(rounds)
    if _fits_bcrypt(password):
        return bcrypt.hashpw(password, salt).decode("ascii")
    return DIGESTED + bcrypt.hashpw(_digested(password), salt).decode("ascii")


def matches(password_hash: str, password: bytes) -> bool:
    """Whether ``password`` is the one behind ``password_hash``; False for what is no hash at all."""
    try:
        if password_hash.startswith("$argon2"):
            return ARGON2.verify(password_hash, password)
        if password_hash.startswith("scrypt:"):
            return _matches_scrypt(password_hash, password)
        if password_hash.startswith(DIGESTED):
            return bcrypt.checkpw(_digested(password), password_hash.removeprefix(DIGESTED).encode("ascii"))
        # Other services cut long passwords here, and so must who checks their hashes.
        return bcrypt.checkpw(password[:BCRYPT_LIMIT], password_hash.encode("ascii"))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError, ValueError):
        return False


def current_kind(kind: str, rounds: int) -> str:
    """How hashes that :func:`make` makes with the same settings begin: their kind and cost."""
    if kind == "argon2":
        return f"$argon2id$v=19$m={ARGON2.memory_cost},t={ARGON2.time_cost},p={ARGON2.parallelism}$"
    return f"$2b${rounds:02d}$"


def is_current(kind: str, rounds: int, password_hash: str) -> bool:
    """Whether :func:`make` with the same settings would make a hash like this one."""
    if kind == "argon2":
        return password_hash.startswith("$argon2id$") and not ARGON2.check_needs_rehash(password_hash)
    found = BCRYPT.fullmatch(password_hash.removeprefix(DIGESTED))
    return found is not None and int(found[1]) == rounds


def _fits_bcrypt(password: bytes) -> bool:
    return len(password) <= BCRYPT_LIMIT and b"\0" not in password


def _digested(password: bytes) -> bytes:
    """``password`` in 44 bytes without a zero. The key makes it no plain digest that was leaked elsewhere."""
    return base64.b64encode(hmac.digest(b"pforte bcrypt", password, "sha256"))


def _matches_scrypt(password_hash: str, password: bytes) -> bool:
    method, salt, expected = password_hash.split("$", 2)
    n, r, p = (int(number) for number in method.split(":")[1:])
    found = hashlib.scrypt(password, salt=salt.encode(), n=n, r=r, p=p, maxmem=SCRYPT_MEMORY)
    return hmac.compare_digest(found.hex(), expected)
