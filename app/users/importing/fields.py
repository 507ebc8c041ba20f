"""The columns of one line as the values of a person's row, or everything that is wrong with them."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from ...clock import now
from ...languages import NAMES
from ..countries import list_countries
from ..models import LONGEST_NAME, PLATFORMS
from ..names import EMAIL_RULES, LONGEST_USERNAME, LONGEST_USERNAME_KEY, check_email, check_username, fold
from ..phone_numbers import to_e164
from ..refusals import EmailRefused, PhoneNumberRefused, UsernameRefused
from . import hashes

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
BOOLEANS = {"true": True, "false": False}

Values = dict[str, Any]


class LineRefused(Exception):
    """The line is no person; ``problems`` says why, column by column, and repeats no value: one may be a hash."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def values_of(columns: Mapping[str, str]) -> Values:
    """The row's values that ``columns`` tell. Raises :class:`LineRefused` with everything that is wrong."""
    values: Values = {}
    problems = []
    for name, read in READERS.items():
        try:
            values[name] = read(columns.get(name, ""), columns)
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if problems:
        raise LineRefused(problems)
    return values


def _username(text: str, columns: Mapping[str, str]) -> str:
    # Where an older service knew people by their address, it stays their name, as long as it is their own.
    is_short = len(text) <= LONGEST_USERNAME and len(fold(text)) <= LONGEST_USERNAME_KEY
    if "@" in text and is_short and fold(text) == fold(columns["email"]):
        return text
    try:
        return check_username(text)
    except UsernameRefused:
        raise ValueError(
            f"accepted: 1 to {LONGEST_USERNAME} letters and digits of one script, with “.”, “_” and “-” between "
            "them and a letter among them, or the person's own e-mail address"
        ) from None


def _email(text: str, _columns: Mapping[str, str]) -> str:
    try:
        return check_email(text)
    except EmailRefused:
        raise ValueError(f"accepted: {EMAIL_RULES}") from None


def _password_hash(text: str, _columns: Mapping[str, str]) -> str:
    problem = hashes.problem(text)
    if problem is not None:
        raise ValueError(problem)
    return text


def _name(text: str, _columns: Mapping[str, str]) -> str | None:
    name = " ".join(text.split())
    if len(name) > LONGEST_NAME or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise ValueError(f"accepted: at most {LONGEST_NAME} characters, all of them visible")
    return name or None


def _mobile(text: str, columns: Mapping[str, str]) -> str | None:
    country = columns.get("country", "").upper()
    try:
        return to_e164(text, country or None) if text else None
    except PhoneNumberRefused:
        raise ValueError("accepted: a phone number with its country code, such as +49 170 1234567") from None


def _country(text: str, _columns: Mapping[str, str]) -> str | None:
    if text and text.upper() not in _countries():
        raise ValueError("accepted: a country's two letters, such as DE (ISO 3166-1)")
    return text.upper() or None


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code, _name in list_countries("en"))


def _locale(text: str, _columns: Mapping[str, str]) -> str | None:
    language = re.split("[-_]", text.lower())[0]  # de-AT and en_US say more than there is to choose here
    if text and language not in NAMES:
        raise ValueError(f"accepted: {' or '.join(NAMES)}, or nothing for the language of the browser")
    return language or None


def _platform(text: str, _columns: Mapping[str, str]) -> str | None:
    if text and text.lower() not in PLATFORMS:
        raise ValueError(f"accepted: {', '.join(PLATFORMS)}")
    return text.lower() or None


def _since_now(text: str, _columns: Mapping[str, str]) -> datetime | None:
    """Older services know whether, not when: here it is so from now on."""
    if text and text.lower() not in BOOLEANS:
        raise ValueError("accepted: true or false")
    return now() if BOOLEANS.get(text.lower()) else None


def _created_at(text: str, _columns: Mapping[str, str]) -> datetime:
    moment = now()
    try:
        told = datetime.fromisoformat(text) if text else moment
        told = told.replace(tzinfo=told.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        told = datetime.max.replace(tzinfo=UTC)
    if not EARLIEST <= told <= moment + timedelta(days=1):
        raise ValueError("accepted: a time that is over, in ISO 8601, such as 2024-05-01T12:30:00+02:00")
    return min(told, moment)


READERS: dict[str, Callable[[str, Mapping[str, str]], Any]] = {
    "username": _username,
    "email": _email,
    "password_hash": _password_hash,
    "name": _name,
    "mobile": _mobile,
    "country": _country,
    "locale": _locale,
    "platform": _platform,
    "email_verified": _since_now,
    "blocked": _since_now,
    "created_at": _created_at,
}
