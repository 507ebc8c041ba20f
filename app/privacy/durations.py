"""Periods as people say them, exactly: 90 days are not 3 months."""

from datetime import timedelta

from babel.core import Locale
from babel.units import format_unit

YEAR = 365 * 86_400
UNITS = (("year", YEAR), ("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))  # seconds


def in_words(period: timedelta, locale: Locale) -> str:
    """``period`` in the largest units that say it, such as “1 hour 30 minutes”."""
    left, told = int(period.total_seconds()), []
    for unit, seconds in UNITS:
        number, left = divmod(left, seconds)
        if number:
            told.append(format_unit(number, f"duration-{unit}", "long", locale=locale))
    return " ".join(told)
