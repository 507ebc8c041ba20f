"""Names that are made to be taken for another: words of two scripts, letters that look like others, borrowed authority.

After Unicode Technical Standard 39, for the scripts whose letters look alike and the digits that stand for letters.
"""

import re
import unicodedata
from collections.abc import Iterable

# Scripts whose letters look alike: words that mix them are made to be taken for somebody else's.
CONFUSABLE_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
# What people read as these letters, in lower case and without accents.
_READ_AS = {
    "a": "аαɑ4@", "b": "ьв8", "c": "сϲ", "d": "ԁ", "e": "еεє3", "g": "ɡ9", "h": "һн", "k": "кκ", "l": "ӏιιіїij1|!ıɩј",
    "m": "м", "n": "пη", "o": "оοσө0", "p": "рρ", "q": "ԛ", "s": "ѕ5$", "t": "тτ7+", "u": "υμ", "v": "νѵ", "w": "ѡωш",
    "x": "хχ", "y": "уγү", "z": "2",
}  # fmt: skip
_LETTERS = str.maketrans({character: letter for letter, others in _READ_AS.items() for character in others})
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def mixes_scripts(text: str) -> bool:
    """Tell whether a word of ``text`` has letters of two scripts that look alike."""
    return any(len(set(filter(None, map(_script, word)))) > 1 for word in _words(text))


def skeleton(text: str) -> str:
    """What ``text`` looks like at a glance: two names with the same skeleton are taken for each other."""
    return "".join(_words(_plain(text)))


def words_of(text: str) -> list[str]:
    """The skeletons of the words of ``text``."""
    return _words(_plain(text))


def claims(text: str, words: Iterable[str]) -> str | None:
    """Return the first of ``words`` that a word of ``text`` begins with, however it is spelled; else None."""
    spelled = _spelled(_words(_plain(text)))
    return next((word for word in words if any(each.startswith(skeleton(word)) for each in spelled)), None)


def _spelled(words: list[str]) -> list[str]:
    """The words, and those that are written letter by letter."""
    return [*words, *re.findall(r"\w{3,}", re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join(words)))]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = "".join(character for character in decomposed if unicodedata.category(character)[0] != "M")
    letters = letters.translate(_LETTERS)
    for pair, letter in _PAIRS:
        letters = letters.replace(pair, letter)
    return letters


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _script(letter: str) -> str | None:
    script = unicodedata.name(letter, "").split(" ", 1)[0]
    return script if script in CONFUSABLE_SCRIPTS else None
