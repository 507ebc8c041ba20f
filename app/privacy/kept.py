"""How the page of what is kept describes one thing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask_babel.speaklater import LazyString

from config import Settings

from ..database.rows import Base

Periods = Callable[[Settings], dict[str, timedelta]]


@dataclass(frozen=True)
class Kept:
    """Something that is kept: what it holds, until when, and in which tables."""

    name: LazyString
    holds: LazyString
    until: LazyString
    """With the ``periods`` by their names."""
    tables: tuple[str, ...]
    periods: Periods = lambda _settings: {}


def beyond(model: type[Base]) -> timedelta:
    """For how much longer rows of ``model`` are there when they are over."""
    return model.__expiry__.kept if model.__expiry__ is not None else timedelta(0)


def seconds(number: int) -> timedelta:
    """So many seconds."""
    return timedelta(seconds=number)
