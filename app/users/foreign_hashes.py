"""Which password hashes of other services are taken over.

A hash names its own cost. One that costs a minute or four gigabytes a try would let anybody who knows a username
stop the portal by signing in, so what costs more than a few seconds or :data:`MEMORY` stays outside.
"""

import re

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from .password_hashes import BCRYPT, SCRYPT_MEMORY

LONGEST_HASH = 255  # characters; what the column holds
MEMORY = SCRYPT_MEMORY  # bytes a single check may take
WORK = 1024**3  # bytes that argon2 or scrypt may go through in one check: a few seconds
DEAREST_BCRYPT = 15  # about four seconds; each one more doubles it
CHEAPEST_BCRYPT = 4  # below, it is no bcrypt
MOST_LANES = 16

ARGON2 = re.compile(
    r"\$argon2id\$(?:v=(?:16|19)\$)?m=([1-9]\d{0,9}),t=([1-9]\d{0,9}),p=([1-9]\d{0,9})"
    r"\$([A-Za-z0-9+/]{11,})\$([A-Za-z0-9+/]{22,})"
)
SCRYPT = re.compile(r"scrypt:([1-9]\d{0,9}):([1-9]\d{0,9}):([1-9]\d{0,9})\$[!-#%-~]+\$[0-9a-f]{128}")

LETTERS = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"  # of bcrypt's own base64
LOOSE_BCRYPT = re.compile(r"(\$2[aby]\$\d\d\$[./A-Za-z0-9]{21})([./A-Za-z0-9])([./A-Za-z0-9]{31})")

KINDS = _l(
    "it is no hash of an accepted kind: bcrypt ($2a$, $2b$, $2y$), argon2 ($argon2id$…) "
    "or scrypt (scrypt:N:r:p$salt$hex)"
)
TOO_DEAR = _l("checking it would take too much time or memory at every sign-in")
IMPOSSIBLE = _l("its parameters are none that a password can be checked with")


def problem(password_hash: str, *, halved: int = 0) -> LazyString | None:
    """Why ``password_hash`` cannot be taken over, without a word of it; None where it can.

    ``halved`` is how often the time is halved that checking it may take.
    """
    if len(password_hash) > LONGEST_HASH:
        return KINDS
    if found := BCRYPT.fullmatch(password_hash):
        return _of_bcrypt(int(found[1]), halved)
    if found := ARGON2.fullmatch(password_hash):
        if any(len(text) % 4 == 1 for text in found.groups()[3:]):
            return IMPOSSIBLE
        return _of_argon2(int(found[1]), int(found[2]), int(found[3]), halved)
    if found := SCRYPT.fullmatch(password_hash):
        return _of_scrypt(int(found[1]), int(found[2]), int(found[3]), halved)
    return KINDS


def as_checked(password_hash: str) -> str:
    """``password_hash`` as the library reads it; old ones have a salt whose last letter says two bits too much."""
    found = LOOSE_BCRYPT.fullmatch(password_hash)
    if not found:
        return password_hash
    before, letter, after = found.groups()
    return f"{before}{LETTERS[LETTERS.index(letter) & 0x30]}{after}"


def _of_bcrypt(rounds: int, halved: int) -> LazyString | None:
    if rounds < CHEAPEST_BCRYPT:
        return IMPOSSIBLE
    return TOO_DEAR if rounds > DEAREST_BCRYPT - halved else None


def _of_argon2(kibibytes: int, passes: int, lanes: int, halved: int) -> LazyString | None:
    if kibibytes * 1024 > MEMORY or kibibytes * 1024 * passes > WORK >> halved or lanes > MOST_LANES:
        return TOO_DEAR
    return IMPOSSIBLE if kibibytes < 8 * lanes else None


def _of_scrypt(n: int, r: int, p: int, halved: int) -> LazyString | None:
    # What OpenSSL asks for beside the big table counts, too.
    if 128 * r * (n + p + 2) > MEMORY or 128 * n * r * p > WORK >> halved:
        return TOO_DEAR
    return IMPOSSIBLE if n < 2 or n & (n - 1) or n >= 2 ** (16 * r) else None  # :rfc:`7914#section-6`
