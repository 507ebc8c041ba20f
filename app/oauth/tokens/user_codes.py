"""User codes, :rfc:`8628#section-6.1`: short enough to be typed, of letters that make no word and are not mistaken."""

import re
import secrets

from ...extensions import vault

ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, no digits; 20 letters to the eighth are 34.5 bits
LENGTH = 8
GROUP = 4  # letters between dashes
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
# What stands between the letters where people type or paste a code: blanks of all kinds, dashes of all lengths.
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212]+")
LONGEST = 64  # characters that are looked at


def new_user_code() -> str:
    """A fresh code of eight letters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """``code`` as devices show it: XXXX-XXXX."""
    return "-".join(code[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def read(typed: str) -> str | None:
    """The code that was ``typed`` in any case, with or without dashes and blanks; None for what can be none."""
    code = _BETWEEN.sub("", typed[:LONGEST]).upper()
    return code if len(typed) <= LONGEST and _CODE.fullmatch(code) else None


def digest_of(code: str) -> str:
    """What is kept of ``code``: keyed, since all of them are tried in an hour."""
    return vault.keyed_digest(f"user code {code}")
