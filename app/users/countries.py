"""The countries of the world in the reader's language."""

import unicodedata
from functools import cache

from babel import Locale

# Unions, regions, islands with a code for postal use only, and placeholders of CLDR.
NO_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}


@cache
def list_countries(locale: str) -> tuple[tuple[str, str], ...]:
    """Code (ISO 3166-1 alpha-2) and name of every country, by name."""
    territories = Locale.parse(locale).territories
    countries = [(code, name) for code, name in territories.items() if _is_country(code)]
    return tuple(sorted(countries, key=lambda country: _sorted_as(country[1])))


def country_name(code: str | None, locale: str) -> str | None:
    """The name of a country, or None."""
    return dict(list_countries(locale)).get(code or "")


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES


def _sorted_as(name: str) -> str:
    """Ö beside O, as dictionaries have it."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
