"""Names that people see and choose: of apps, teams and groups. No two may look the same, and none may look like nothing."""

import re
import unicodedata

from .names import LONGEST_READ, fold

LONGEST_NAME = 100
LONGEST_KEY = 200  # folding may make a name longer; the column of the key holds this much

# Control, format (zero width, writing direction), private, unassigned, surrogate, line and paragraph separators.
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
# Letters and marks that show nothing: joiners, fillers, the blank of Braille, variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    map(chr, range(0xFE00, 0xFE10))
)
# Unicode Technical Standard 51: signs that may be emoji.
_EMOJI = (
    r"[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23fa\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935\u2b05-\u2b55"
    r"\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
# Invisible letters behind a black flag make it that of a country's part: of these only, or they could say anything.
_FLAGS = "|".join(
    "".join(chr(0xE0000 + ord(letter)) for letter in part) for part in ("gbeng", "gbsct", "gbwls")
)
_JOINED = (
    r"[\u0600-\u08ff\u0900-\u0dff]"  # Arabic and Indic scripts, whose writers join and part letters by signs
)
# What keyboards type with an emoji, and between letters that could join; seen only by what it does to them.
_SIGNS = re.compile(
    f"(?<={_EMOJI})\ufe0f|(?<=[0-9#*])\ufe0f(?=\u20e3)|(?<=\U0001f3f4)(?:{_FLAGS})\U000e007f"
    f"|(?<=[\ufe0f\U0001f3fb-\U0001f3ff])\u200d(?={_EMOJI})"
    f"|(?<={_EMOJI})\u200d(?={_EMOJI})|(?<={_JOINED})[\u200c\u200d](?={_JOINED})"
)


def tidy(name: str) -> str:
    """``name`` composed, trimmed, and with single spaces between its words; no-break spaces are spaces."""
    short = name[:LONGEST_READ].replace("\u00a0", " ")  # still too long for a name, and read in no time
    return " ".join(part for part in unicodedata.normalize("NFC", short).split(" ") if part)


def name_key(name: str) -> str:
    """What two names that are the same to people have in common."""
    return fold(_SIGNS.sub("", name))


def is_too_long(name: str) -> bool:
    """Whether ``name``, or its key, fits into no column."""
    return len(name) > LONGEST_NAME or len(name_key(name)) > LONGEST_KEY


def has_invisible(name: str) -> bool:
    """Whether ``name`` has a character that shows nothing."""
    return any(_is_invisible(character) for character in _SIGNS.sub("", name))


def _is_invisible(character: str) -> bool:
    if character in _INVISIBLE:
        return True
    category = unicodedata.category(character)
    return category in _INVISIBLE_CATEGORIES or (category == "Zs" and character != " ")
