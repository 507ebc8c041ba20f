"""Which passwords are good enough for a new one: long enough, on no list of common ones, and no name one is known by.

What else makes a password good cannot be told by its looks (NIST SP 800-63B-4, section 3.1.1.2).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from .names import fold
from .refusals import PasswordRefused

SHORTEST, LONGEST = 8, 256  # characters
MOST_ADDED = 8  # characters before and behind a common one, as many as a date has
SHORTEST_WORD = 4  # characters of a common one that has others around it
SHORTEST_CHANGED = 5  # characters of one in which letters were replaced: nearly every four are like some word
SHORTEST_PART = 3  # characters of a part of a name
# Common here, and missing from lists made from English-speaking services.
ALSO_COMMON = frozenset(["schatz", "frühling", "fruehling", "herbst", "willkommen", "abcdefgh", "pforte"])
# Signs that stand for letters; 1 for two of them.
LETTER_LIKE = [str.maketrans("4@8(3690!$57+21", "aabceggoissttz" + one) for one in "il"]
NO_LETTERS = re.compile(r"[\W\d_]*")
SEPARATORS = re.compile(r"[\W_]+")


def check_new_password(
    password: str, *personal: str | None, organisation: frozenset[str] = frozenset()
) -> None:
    """Refuse a password that is short, long, known to attackers, or known to who knows ``personal`` or ``organisation``.

    ``personal``: username, email address; ``organisation``: folded words. Raises :class:`PasswordRefused`.
    """
    if len(password) < SHORTEST:
        raise PasswordRefused("short")
    if len(password) > LONGEST:
        raise PasswordRefused("long")
    text = unicodedata.normalize("NFKC", password).casefold()
    if text in _common():
        raise PasswordRefused("common")
    for reason, known in (("personal", _parts(personal)), ("organisation", organisation)):
        if any(
            not known.isdisjoint((*_read(word), SEPARATORS.sub("", word)))
            for word in _words(text, SHORTEST_PART)
        ):
            raise PasswordRefused(reason)
    if _repeated(text) or any(map(_is_common, _words(text, SHORTEST_WORD))):
        raise PasswordRefused("decorated")


def _parts(personal: tuple[str | None, ...]) -> set[str]:
    """Names and addresses, whole and in parts, with the numbers at their ends and without."""
    parts: set[str] = set()
    for whole in (fold(text or "") for text in personal):
        local = whole.partition("@")[0]
        parts |= {whole, local, SEPARATORS.sub("", local), *SEPARATORS.split(whole)}
    parts |= {part.strip("0123456789._-") for part in parts}
    return {part for part in parts if len(part) >= SHORTEST_PART}


def _is_common(word: str) -> bool:
    letters = sum(map(str.isalpha, word))
    changed = len(word) >= SHORTEST_CHANGED and letters > len(word) / 2
    return not _common().isdisjoint(_read(word) if changed else [word])


def _read(word: str) -> list[str]:
    """``word`` and what it may mean with letters for its signs."""
    return [word, *map(word.translate, LETTER_LIKE)]


def _words(text: str, shortest: int) -> Iterator[str]:
    """``text`` without more and more of what stands around its letters."""
    before, behind = _around(text), _around(text[::-1])
    for first in range(before + 1):
        for last in range(min(behind, MOST_ADDED - first) + 1):
            word, around = text[first : len(text) - last], text[:first] + text[len(text) - last :]
            # Of a number a part is no word: nearly every number has a common one in it.
            is_part = not any(map(str.isalpha, word)) and any(map(str.isdigit, around))
            if len(word) >= (SHORTEST if is_part else shortest):
                yield word


def _around(text: str) -> int:
    found = NO_LETTERS.match(text)
    return min(found.end(), MOST_ADDED) if found else 0


def _repeated(text: str) -> bool:
    """Whether ``text`` is one character, or something common, again and again."""
    once = text[: (text + text).find(text, 1)]
    return once != text and (len(once) == 1 or once in _common())


@cache
def _common() -> frozenset[str]:
    from zxcvbn.frequency_lists import (
        FREQUENCY_LISTS,
    )  # takes memory and a moment: only who sets a password pays

    return ALSO_COMMON.union(FREQUENCY_LISTS["passwords"])
