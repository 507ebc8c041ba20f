"""What a text from another service says of a person, a reader for each column; ValueError says what is accepted."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from flask_babel import gettext as _

from ..languages import NAMES
from .countries import list_countries
from .models import LONGEST_NAME, LONGEST_PART_OF_NAME, PLATFORMS
from .names import (
    LONGEST_USERNAME,
    LONGEST_USERNAME_KEY,
    check_email,
    check_username,
    fold,
    fold_email,
)
from .phone_numbers import to_e164
from .refusals import EmailRefused, PhoneNumberRefused, UsernameRefused


def read_username(text: str, columns: Mapping[str, str]) -> str:
    """Return a username; the person's own address may be theirs, as older services had it."""
    # Where an older service knew people by their address, it stays their name, as long as it is their own.
    is_short = len(text) <= LONGEST_USERNAME and len(fold(text)) <= LONGEST_USERNAME_KEY
    if "@" in text and is_short and fold_email(text) == fold_email(columns["email"]):
        return text
    try:
        return check_username(text)
    except UsernameRefused:
        raise ValueError(
            _(
                "accepted: 1 to %(longest)d letters and digits of one script, with “.”, “_” and “-” between them and "
                "a letter among them, or the person's own email address",
                longest=LONGEST_USERNAME,
            )
        ) from None


def read_email(text: str, _columns: Mapping[str, str]) -> str:
    """Return an email address."""
    try:
        return check_email(text)
    except EmailRefused:
        raise ValueError(
            _("accepted: an email address, without quotation marks, brackets, “%”, “!”, “=?” and “?=”")
        ) from None


def read_name(text: str, _columns: Mapping[str, str]) -> str | None:
    """Return a full name, or None."""
    return _name(text, LONGEST_NAME)


def read_part_of_name(text: str, _columns: Mapping[str, str]) -> str | None:
    """Return a given or a family name, or None."""
    return _name(text, LONGEST_PART_OF_NAME)


def _name(text: str, longest: int) -> str | None:
    name = " ".join(text.split())
    if len(name) > longest or any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        raise ValueError(_("accepted: at most %(longest)d characters, all of them visible", longest=longest))
    return name or None


def read_mobile(text: str, columns: Mapping[str, str]) -> str | None:
    """Return a phone number as E.164 writes it, or None; ``country`` is that of a number without one."""
    country = columns.get("country", "").upper()
    try:
        return to_e164(text, country or None) if text else None
    except PhoneNumberRefused:
        raise ValueError(
            _("accepted: a phone number with its country code, such as +49 170 1234567")
        ) from None


def read_country(text: str, _columns: Mapping[str, str]) -> str | None:
    """Return a country's two letters, or None."""
    if text and text.upper() not in _countries():
        raise ValueError(_("accepted: a country's two letters, such as DE (ISO 3166-1)"))
    return text.upper() or None


@cache
def _countries() -> frozenset[str]:
    return frozenset(code for code, _name in list_countries("en"))


def read_locale(text: str, _columns: Mapping[str, str]) -> str | None:
    """Return a language of the portal, or None."""
    language = re.split("[-_]", text.lower())[0]  # de-AT and en_US say more than there is to choose here
    if text and language not in NAMES:
        raise ValueError(
            _(
                "accepted: %(languages)s, or nothing for the language of the browser",
                languages=", ".join(NAMES),
            )
        )
    return language or None


def read_platform(text: str, _columns: Mapping[str, str]) -> str | None:
    """Return what the person first came with, or None."""
    if text and text.lower() not in PLATFORMS:
        raise ValueError(_("accepted: %(platforms)s", platforms=", ".join(PLATFORMS)))
    return text.lower() or None
