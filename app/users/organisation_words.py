"""Words of the organisation, which who attacks it tries first: those of the portal's address, and ``PASSWORD_WORDS``."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from urllib.parse import urlsplit

SHORTEST = 4  # letters of a word of the address
# Words of addresses that say nothing of whose they are.
GENERIC = frozenset(
    ["account", "accounts", "apps", "auth", "example", "home", "identity", "intern", "internal", "local", "localhost",
     "login", "oauth", "pforte", "portal", "signin", "staging", "test", "testing", "users"]
)  # fmt: skip
_BETWEEN = re.compile(r"[\W_]+")


@cache
def words_of_organisation(issuer: str, configured: tuple[str, ...]) -> frozenset[str]:
    """The words of the portal's address ``issuer`` without its ending, and those of ``configured``, folded."""
    of_address = {word for label in _labels(issuer) for word in _ways_to_write(label)}
    telling = {word for word in of_address if sum(map(str.isalpha, word)) >= SHORTEST} - GENERIC
    return frozenset(telling.union(*map(_ways_to_write, configured)))


def _labels(issuer: str) -> Iterator[str]:
    """The parts of the host between its dots; the last one is a country's or a kind's, unless it is the only one."""
    labels = (urlsplit(issuer).hostname or "").split(".")
    for label in labels[:-1] or labels:
        try:
            yield label.encode("ascii").decode("idna")
        except UnicodeError:
            yield label


def _ways_to_write(word: str) -> set[str]:
    """``word`` as it is, in one piece, and each part of it that is long enough."""
    whole = unicodedata.normalize("NFKC", word).casefold()
    parts = {part for part in _BETWEEN.split(whole) if len(part) >= SHORTEST}
    return {whole, _BETWEEN.sub("", whole), *parts}
