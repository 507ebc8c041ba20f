"""Names that are made to be taken for another: words of two scripts, letters that look like others, borrowed authority.

After Unicode Technical Standard 39, for the scripts whose letters look alike and the digits that stand for letters.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Scripts whose letters look alike: words that mix them are made to be taken for somebody else's.
CONFUSABLE_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "LISU")
# What people read as these letters, in lower case and without accents.
_READ_AS = {
    "a": "аαɑ4@ꓮᎪ", "b": "ьв8ꓐᏏᏴ₿", "c": "сϲꓚᏟ¢₵", "d": "ԁꓓᎠᏧ∂", "e": "еεє3ꓰᎬ℮€", "f": "ꓝ₣", "g": "9ցꓖᏀ₲", "h": "һнհꓧᎻ",
    "k": "кκꓗᏦ₭", "l": "ӏιιіїij1|!ɩјꓡꓲꓙᏞᎥᎫ", "m": "мꓟᎷ", "n": "пηոꓠ₦∩", "o": "оοσө0օꓳ∅○◯", "p": "рρᴩꓑᏢ℘₱", "q": "ԛզ", "r": "гꓣᎡᏒ",
    "s": "ѕ5$ꓢᏍᏕᏚ", "t": "тτ7+ꓔᎢ₮", "u": "υμսꓴᏌ∪", "v": "νѵꓦᏙ∨", "w": "ѡωшꓪᎳ₩", "x": "хχꓫ", "y": "уγүꓬᎩᎽ", "z": "2ꓜᏃ",
}  # fmt: skip
_LETTERS = str.maketrans({character: letter for letter, others in _READ_AS.items() for character in others})
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
# The names of small capitals, of letters with strokes, hooks and tails, turned ones, and ones in squares and circles.
_LATIN = re.compile(
    r"(?:.*\bLATIN|REGIONAL INDICATOR SYMBOL) (?:SMALL |CAPITAL )?LETTER (?:[A-Z]+ )*?([A-Z])(?: WITH .+)?"
)
# Where a word may begin inside a longer one, as in “TechSupport”, “TECHsupport”, “ITSupport” and “Go2Support”.
_INSIDE = re.compile(r"(?<=a)A|(?<=AA)a|(?<=A)A(?=a)|(?<=[aA])1|(?<=1)[aA]")


def mixes_scripts(text: str) -> bool:
    """Tell whether a word of ``text`` has letters of two scripts that look alike."""
    return any(len(set(filter(None, map(_script, word)))) > 1 for word in _words(text))


def skeleton(text: str) -> str:
    """What ``text`` looks like at a glance: two names with the same skeleton are taken for each other."""
    return "".join(_words(_folded(plain_letters(text))))


def words_of(text: str) -> set[str]:
    """The skeletons of the words of ``text``, and of all that can be read as words inside them."""
    plain = [(word, [*_starts(word), len(word)]) for word in _words(plain_letters(text))]
    return {
        _folded(word[start:end])
        for word, places in plain
        for start in places
        for end in places
        if start < end
    }


def claims(text: str, words: Iterable[str]) -> str | None:
    """Return the first of ``words`` that a word of ``text`` begins with, however it is spelled; else None.

    Signs and blanks inside it hide nothing where it is the whole text, or all that stands between two blanks.
    """
    plain = plain_letters(text)
    spelled = _spelled(_words(_folded(plain)))
    spelled += [_folded(word[start:]) for word in _words(plain) for start in _starts(word)]
    whole = {skeleton(text), *map(skeleton, text.split())}
    for word in words:
        look = skeleton(word)
        if look in whole or any(each.startswith(look) for each in spelled):
            return word
    return None


def _starts(word: str) -> Iterator[int]:
    """Where in ``word`` a word may begin: where it does, and where letters grow tall, or meet digits."""
    kinds = "".join("A" if sign.isupper() else "1" if sign.isdigit() else "a" for sign in word)
    yield 0
    yield from (place.start() for place in _INSIDE.finditer(kinds))


def _spelled(words: list[str]) -> list[str]:
    """The words, and those that are written letter by letter."""
    return [*words, *re.findall(r"\w{3,}", re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join(words)))]


def plain_letters(text: str) -> str:
    """``text`` in simple letters, as tall as they were, without accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(_latin(character) for character in decomposed if unicodedata.category(character)[0] != "M")


def _latin(character: str) -> str:
    if character.casefold().isascii():
        return character
    name = unicodedata.name(character, "")
    found = _LATIN.fullmatch(name)
    if not found:
        return character
    return found[1].lower() if "SMALL LETTER" in name else found[1]


def _folded(plain: str) -> str:
    letters = plain.casefold().translate(_LETTERS)
    for pair, letter in _PAIRS:
        letters = letters.replace(pair, letter)
    return letters


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text)


def _script(letter: str) -> str | None:
    script = unicodedata.name(letter, "").split(" ", 1)[0]
    return script if script in CONFUSABLE_SCRIPTS else None
