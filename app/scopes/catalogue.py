"""Every scope there is: the standard ones, the built-in one, and those that administrators define."""

import time
from dataclasses import dataclass
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import Engine, select

from ..database.engines import READS, read_connection
from ..database.rows import db
from .models import READS as READING
from .models import Scope

FRESH_FOR = 5.0  # seconds a worker may go on with what it read; another worker may have changed it since


@dataclass(frozen=True)
class ScopeInfo:
    """One permission: its name on the wire, what people read, and for whom its tokens are."""

    name: str
    description_en: str | LazyString
    description_de: str | None = None
    """None: the English text is a key of the translations."""
    audience: str | None = None
    standard: bool = False
    """One of those that an app has where nobody says which."""
    restricted: bool = False
    """Given by administrators and commands only."""
    effect: str = READING
    """What it does: :data:`app.scopes.permissions.EFFECTS`."""


STANDARD: dict[str, ScopeInfo] = {
    name: ScopeInfo(name, description, standard=True)
    for name, description in {
        "openid": _l("Know that it is you when you come back"),
        "profile": _l("See your name and profile"),
        "email": _l("See your email address"),
        "phone": _l("See your mobile number"),
        "offline_access": _l("Keep access while you are away"),
    }.items()
}

GROUPS, TEAMS = "groups", "teams"
ON_REQUEST: dict[str, ScopeInfo] = {
    GROUPS: ScopeInfo(GROUPS, _l("See which groups you are in")),
    TEAMS: ScopeInfo(TEAMS, _l("Know for which team you give access")),
}
"""What apps have only where their developer says so."""
ABOUT_PERSON: dict[str, ScopeInfo] = {**STANDARD, **ON_REQUEST}
"""What this portal itself answers; the audience of tokens for it is the issuer."""

USERS_READ = ScopeInfo("users.read", _l("Look up people by their username"), restricted=True)
BUILT_IN: dict[str, ScopeInfo] = {**ABOUT_PERSON, USERS_READ.name: USERS_READ}

_reads: "WeakKeyDictionary[Engine, tuple[float, dict[str, ScopeInfo]]]" = WeakKeyDictionary()
_lock = Lock()


def list_scopes() -> list[ScopeInfo]:
    """Every scope: standard ones first, then the others by name."""
    return [*BUILT_IN.values(), *_defined().values()]


def find_scope(name: str) -> ScopeInfo | None:
    """The scope of that name; one that was defined a moment ago on another worker is found too."""
    known = BUILT_IN.get(name) or _defined().get(name)
    return known or _defined(at_most=0.0).get(name)


def describe(name: str, locale: str) -> str:
    """What people read about a scope in their language; the bare name when nobody defined it."""
    scope = find_scope(name)
    if scope is None:
        return name
    if scope.description_de is not None:
        return scope.description_de if locale == "de" else str(scope.description_en)
    with force_locale(locale):
        return str(scope.description_en)


def audience_of(name: str) -> str | None:
    """For whom tokens with this scope are, where the scope says so."""
    scope = find_scope(name)
    return scope.audience if scope else None


def effect_of(name: str) -> str:
    """What the scope does; one that nobody defined only reads."""
    scope = find_scope(name)
    return scope.effect if scope else READING


def info_of(row: Any) -> ScopeInfo:
    """What a row of a defined scope says."""
    return ScopeInfo(
        row.name,
        row.description_en,
        row.description_de,
        row.audience,
        restricted=row.restricted,
        effect=row.effect,
    )


def forget() -> None:
    """Read the defined scopes afresh the next time, as after a change."""
    with _lock:
        _reads.clear()


def _defined(at_most: float = FRESH_FOR) -> dict[str, ScopeInfo]:
    engine = db.engines[READS]
    read_at, scopes = _reads.get(engine, (0.0, {}))
    if read_at and time.monotonic() - read_at < at_most:
        return scopes
    started = time.monotonic()
    scopes = _read()
    with _lock:
        _reads[engine] = (started, scopes)
    return scopes


def _read() -> dict[str, ScopeInfo]:
    with read_connection() as connection:
        rows = connection.execute(select(Scope.__table__).order_by(Scope.name)).all()
    return {row.name: info_of(row) for row in rows}
