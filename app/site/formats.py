"""Times, numbers and names as pages write them, in the reader's language."""

import hashlib
from datetime import UTC, datetime

from babel.dates import format_skeleton, format_timedelta
from babel.units import format_unit
from flask_babel import format_datetime, format_decimal, get_locale
from flask_babel import gettext as _

from ..clock import now

TILE_COLOURS = 8  # static/css/tiles.css has as many
_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
JUST_NOW = 5  # seconds


def ago(moment: datetime) -> str:
    """How long ago, or in how long, as people say it."""
    difference = moment - now()
    if abs(difference.total_seconds()) < JUST_NOW:
        return _("just now") if difference.total_seconds() <= 0 else _("in a moment")
    return str(format_timedelta(difference, add_direction=True, locale=get_locale()))


def clock_time(moment: datetime) -> str:
    """Day and time to the second in UTC, such as ``30 Nov 2026, 14:32:07 UTC``; this year goes without saying."""
    moment = moment.astimezone(UTC)
    day = "MMMd" if moment.year == now().year else "yMMMd"
    return f"{format_skeleton(day, moment, locale=get_locale())}, {moment:%H:%M:%S} UTC"


def duration(seconds: int) -> str:
    """A length of time in the largest unit that says it exactly, such as ``3 days``."""
    unit, length = next((unit, length) for unit, length in _UNITS if seconds % length == 0)
    return str(format_unit(seconds // length, f"duration-{unit}", locale=get_locale()))


def exact_time(moment: datetime) -> str:
    """Date and time in full, with the zone."""
    return str(format_datetime(moment, "long"))


def number(value: int) -> str:
    """A count as readers of the language write it."""
    return str(format_decimal(value))


def iso_time(moment: datetime) -> str:
    """The value of a ``datetime`` attribute."""
    return moment.isoformat(timespec="seconds")


def initial(name: str | None) -> str:
    """The first letter of a name, large."""
    letters = [letter for letter in name or "" if letter.isalnum()]
    return letters[0].upper()[0] if letters else "•"


def tile_colour(seed: object) -> int:
    """A number from 0 to 7 that is always the same for the same seed."""
    return hashlib.sha256(str(seed).encode("utf-8", "replace")).digest()[0] % TILE_COLOURS
