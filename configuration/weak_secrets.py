"""Secrets that somebody could guess: placeholders, rows of the keyboard, the same text over and over."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby, pairwise

SHORTEST_SECRET = 32
# What has to remain of a secret without all that could be guessed. A random text loses a few characters by chance; of
# 32 hexadecimal digits, one in 25 million has fewer different ones.
FEWEST_LEFT = 20
FEWEST_DIFFERENT = 8
LONGEST_READ = 256  # characters; looking for repetitions takes the square of their number
MADE_BY = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"

# What examples, tutorials and hurried people write where a secret belongs.
_WORDS = (
    r"admin|[aä]e?ndern|bar|base64|beispiel|bitte|bytes|change|char(?:acter)?s?|company|compose|database|default|demo"
    r"|dev(?:elop(?:er|ment))?|django|docker|dummy|eintragen|einsetzen|encrypt(?:ion)?|enter|environment|example|fill|fixme"
    r"|flask|foo|geheim(?:nis)?|generated?|here|hier|insecure|insert|instead|keep|keys?|least|localhost|long|make|minimum"
    r"|more|must|need|new|not|only|openssl|password|passwort|passphrase|pforte|placeholder|platzhalter|please|portal"
    r"|prod(?:uction)?|python|random|replace|sample|secrets?|secure|session|set|should|something|some|string|strong|super"
    r"|test(?:ing|s)?|text|this|todo|tokens?|unsafe|urlsafe|use[rd]?|value|very|with|your|zeichen|zufall"
)
_SHORT_WORDS = (
    "a|an|and|app|at|by|do|env|for|hex|in|is|it|jwt|me|my|now|of|one|or|own|put|the|to|xxx"  # whole ones
)
_GUESSABLE = re.compile(rf"{_WORDS}|(?<![^\W\d_])(?:{_SHORT_WORDS})(?![^\W\d_])")
_REPEATED = re.compile(r"(.{4})(?=.*\1)", re.DOTALL)
_ROWS = ("1234567890", "qwertyuiop", "qwertzuiopü", "asdfghjklöä", "zxcvbnm", "yxcvbnm")
_NEIGHBOURS = {
    first + second: direction
    for row in _ROWS
    for keys, direction in ((row, "right"), (row[::-1], "left"))
    for first, second in pairwise(keys)
}
_SHORTEST_ROW = 4  # characters


def faults_of_secrets(secrets: dict[str, str | None]) -> Iterator[str]:
    """A line for each secret, by the name of its variable, that is short or could be guessed."""
    for name, secret in secrets.items():
        if secret is not None and (fault := _fault(plain(secret))):
            yield f"{name} is {fault}, as this makes one: {MADE_BY}"


def is_guessable(text: str) -> bool:
    """Tell whether too little remains of ``text`` without words, rows and repetitions that could be guessed."""
    left = _without_rows(_REPEATED.sub("", _without_words(text)))
    return len(left) < FEWEST_LEFT or len(set(left)) < FEWEST_DIFFERENT


def plain(secret: str) -> str:
    """The text in the form in which two secrets are compared."""
    return unicodedata.normalize("NFC", secret).strip()


def _fault(secret: str) -> str | None:
    if len(secret) < SHORTEST_SECRET:
        return f"too short; accepted in production: {SHORTEST_SECRET} random characters or more"
    if not is_guessable(secret):
        return None
    is_placeholder = _without_words(secret) != "".join(secret[:LONGEST_READ].casefold().split())
    return f"{'a placeholder' if is_placeholder else 'too simple'}; accepted in production: a random text"


def _without_words(text: str) -> str:
    return "".join(_GUESSABLE.sub("", text[:LONGEST_READ].casefold()).split())


def _without_rows(text: str) -> str:
    """``text`` without characters that follow each other in their order or on a keyboard, or are the same ones."""
    row: set[int] = set()
    steps = enumerate(map(_step, text, text[1:]))
    for direction, group in groupby(steps, key=lambda step: step[1]):
        places = [place for place, _direction in group]
        if direction is not None and len(places) >= _SHORTEST_ROW - 1:
            row.update(places, [places[-1] + 1])
    return "".join(character for place, character in enumerate(text) if place not in row)


def _step(first: str, second: str) -> int | str | None:
    distance = ord(second) - ord(first)
    return distance if abs(distance) <= 1 else _NEIGHBOURS.get(first + second)
