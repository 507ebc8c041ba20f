"""Kinds of client metadata: how a value is read from JSON, and how what is kept becomes JSON again."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...clients.checks import is_web_address
from ...users.display_names import has_invisible

MOST_WORDS = 50  # of a list; more names than there are of anything
LONGEST_TEXT = 255  # characters, of a column
LONGEST_CONTACT = 254  # characters, of an email address
MOST_CONTACTS = 10


class Unacceptable(ValueError):
    """The value is not what the specification says; the text is a word for whoever sent it."""


@dataclass(frozen=True)
class Kind:
    """A way to write a value in JSON; the other way round it comes out as None where nothing is kept."""

    read: Callable[[Any], Any]
    """Returns what is kept. Raises :class:`Unacceptable`."""
    tell: Callable[[Any], Any]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unacceptable("not_a_string")
    return value


def _short_text(value: Any) -> str:
    text = _text(value)
    if len(text) > LONGEST_TEXT:
        raise Unacceptable("too_long")
    if has_invisible(text):
        raise Unacceptable("invisible")
    return text


def _address(value: Any) -> str:
    text = _text(value)
    if text and not is_web_address(text):
        raise Unacceptable("not_a_web_address")
    return text


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Unacceptable("not_a_list_of_strings")
    return value


def _words(value: Any) -> tuple[str, ...]:
    words = _texts(value)
    if len(words) > MOST_WORDS:
        raise Unacceptable("too_many")
    return tuple(dict.fromkeys(words))


def _uris(value: Any) -> tuple[tuple[int, str], ...]:
    # Not stripped: what was sent is what must be asked with later.
    return tuple(enumerate(_texts(value), start=1))


def _contacts(value: Any) -> str:
    contacts = _texts(value)
    if len(contacts) > MOST_CONTACTS:
        raise Unacceptable("too_many")
    if any(len(each) > LONGEST_CONTACT for each in contacts):
        raise Unacceptable("too_long")
    if any(has_invisible(each) for each in contacts):
        raise Unacceptable("invisible")
    return "\n".join(each for each in contacts if each.strip())


def _key_set(value: Any) -> str:
    if not isinstance(value, dict):
        raise Unacceptable("not_an_object")
    return json.dumps(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unacceptable("not_a_boolean")
    return value


def _or_nothing(value: Any) -> Any:
    return value or None


TEXT = Kind(_text, _or_nothing)
SHORT_TEXT = Kind(_short_text, _or_nothing)
ADDRESS = Kind(_address, _or_nothing)
WORDS = Kind(_words, lambda kept: kept.split() or None)
SCOPES = Kind(lambda value: tuple(dict.fromkeys(_text(value).split())), _or_nothing)
URIS = Kind(_uris, lambda kept: kept.split("\n") if kept else None)
CONTACTS = Kind(_contacts, lambda kept: kept.split("\n") if kept else None)
KEY_SET = Kind(_key_set, lambda kept: json.loads(kept) if kept else None)
FLAG = Kind(_flag, lambda kept: kept or None)
