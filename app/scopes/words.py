"""Scopes as rows keep them, words in one text, for statements about many rows."""

from typing import Any

from sqlalchemy import ColumnElement, func, literal


def has_word(column: Any, word: str) -> ColumnElement[bool]:
    """Whether ``word`` is one of the words; a part of another one does not count."""
    return func.instr(_padded(column), f" {word} ") > 0


def without_word(column: Any, word: str) -> ColumnElement[str]:
    """The other words."""
    return func.trim(func.replace(_padded(column), f" {word} ", " "))


def _padded(column: Any) -> ColumnElement[str]:
    return literal(" ") + column + literal(" ")
