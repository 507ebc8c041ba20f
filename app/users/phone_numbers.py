"""Phone numbers as people write them, kept as E.164."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from .refusals import PhoneNumberRefused


def to_e164(text: str, country: str | None) -> str:
    """``text`` such as ``0170 1234567`` as ``+491701234567``.

    ``country`` says where a number without ``+`` belongs. Raises :class:`PhoneNumberRefused`.
    """
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        raise PhoneNumberRefused(text) from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise PhoneNumberRefused(text)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def takes_text_messages(number: str) -> bool:
    """Whether a kept number is one of a mobile phone, or of a country where all numbers look alike.

    Numbers that charge their caller are none.
    """
    kind = phonenumbers.number_type(phonenumbers.parse(number, None))
    return kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def country_of(number: str) -> str | None:
    """The ISO 3166 code of the country a kept number belongs to; None for satellites and other nowheres."""
    return phonenumbers.region_code_for_number(phonenumbers.parse(number, None))


def for_reading(number: str | None) -> str:
    """A kept number with the spaces people put in; what is no number stays as it is."""
    try:
        parsed = phonenumbers.parse(number or "", None)
    except NumberParseException:
        return number or ""
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
