"""Defining scopes and deleting them, for administrators and commands."""

import re
from enum import StrEnum

from blinker import Namespace
from sqlalchemy.exc import IntegrityError

from ..audit.events import EventKind, record
from ..database import db
from . import catalogue
from .models import Scope

LONGEST_NAME = 64
LONGEST_DESCRIPTION = 200
LONGEST_AUDIENCE = 255
# RFC 6749 section 3.3, but for the comma: half the world's integrations would split the name there.
_NAME = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+")
# An alias of the registered scopes at the authorization and token endpoints.
RESERVED = frozenset({"default"})

scope_wanted = Namespace().signal("scope-wanted")
"""Asked with the name of a scope that is about to be deleted; receivers return the names of apps that have it."""


class Reason(StrEnum):
    """Why a scope cannot be defined as it was typed."""

    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    NAME_CHARACTERS = "name_characters"
    NAME_RESERVED = "name_reserved"
    NAME_TAKEN = "name_taken"
    DESCRIPTION_MISSING = "description_missing"
    DESCRIPTION_TOO_LONG = "description_too_long"
    AUDIENCE_CHARACTERS = "audience_characters"
    AUDIENCE_TOO_LONG = "audience_too_long"


class ScopeRefused(Exception):
    """The scope cannot be kept; ``field`` and ``reason`` tell why."""

    def __init__(self, field: str, reason: Reason) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class ScopeNotFound(Exception):
    """No scope of this name was defined; the standard and built-in ones cannot be deleted."""


class ScopeInUse(Exception):
    """Apps have this scope; ``apps`` names them."""

    def __init__(self, apps: list[str]) -> None:
        super().__init__(", ".join(apps))
        self.apps = apps


def create_scope(
    name: str,
    description_en: str,
    description_de: str,
    audience: str | None = None,
    *,
    actor_id: str | None = None,
) -> Scope:
    """The new scope. Raises :class:`ScopeRefused`."""
    english, german = description_en.strip(), description_de.strip()
    _check_name(name)
    _check_description("description_en", english)
    _check_description("description_de", german)
    audience = (audience or "").strip() or None
    _check_audience(audience)
    scope = Scope(name=name, description_en=english, description_de=german, audience=audience)
    db.session.add(scope)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise ScopeRefused("name", Reason.NAME_TAKEN) from None
    record(EventKind.SCOPE_CREATED, actor_id, actor_id, name=name)
    catalogue.forget()
    return scope


def describe_scope(
    name: str, description_en: str, description_de: str, *, actor_id: str | None = None
) -> Scope:
    """The scope with these descriptions. Raises :class:`ScopeNotFound`, :class:`ScopeRefused`."""
    scope = get_scope(name)
    english, german = description_en.strip(), description_de.strip()
    _check_description("description_en", english)
    _check_description("description_de", german)
    if (scope.description_en, scope.description_de) != (english, german):
        scope.description_en, scope.description_de = english, german
        record(EventKind.SCOPE_CHANGED, actor_id, actor_id, name=name)
        catalogue.forget()
    return scope


def get_scope(name: str) -> Scope:
    """The scope of that name that was defined here. Raises :class:`ScopeNotFound`."""
    scope = db.session.get(Scope, name)
    if scope is None:
        raise ScopeNotFound
    return scope


def delete_scope(name: str, *, even_if_used: bool = False, actor_id: str | None = None) -> None:
    """Delete the scope. Raises :class:`ScopeNotFound`, or :class:`ScopeInUse` unless ``even_if_used``.

    Apps that had it are refused it from then on, and tokens with it keep its name until they expire.
    """
    scope = get_scope(name)
    apps = apps_with(name)
    if apps and not even_if_used:
        raise ScopeInUse(apps)
    db.session.delete(scope)
    record(EventKind.SCOPE_DELETED, actor_id, actor_id, name=name)
    catalogue.forget()


def apps_with(name: str) -> list[str]:
    """The names of the apps that have the scope, as the feature that keeps apps tells."""
    answers = [apps for _receiver, apps in scope_wanted.send(name)]
    return sorted({app for apps in answers for app in apps})


def _check_name(name: str) -> None:
    if not name:
        raise ScopeRefused("name", Reason.NAME_MISSING)
    if len(name) > LONGEST_NAME:
        raise ScopeRefused("name", Reason.NAME_TOO_LONG)
    if not _NAME.fullmatch(name):
        raise ScopeRefused("name", Reason.NAME_CHARACTERS)
    if name.lower() in catalogue.BUILT_IN or name.lower() in RESERVED:
        raise ScopeRefused("name", Reason.NAME_RESERVED)
    if db.session.get(Scope, name) is not None:
        raise ScopeRefused("name", Reason.NAME_TAKEN)


def _check_description(field: str, text: str) -> None:
    if not text:
        raise ScopeRefused(field, Reason.DESCRIPTION_MISSING)
    if len(text) > LONGEST_DESCRIPTION:
        raise ScopeRefused(field, Reason.DESCRIPTION_TOO_LONG)


def _check_audience(audience: str | None) -> None:
    if audience is None:
        return
    if len(audience) > LONGEST_AUDIENCE:
        raise ScopeRefused("audience", Reason.AUDIENCE_TOO_LONG)
    if not audience.isascii() or not audience.isprintable() or " " in audience:
        raise ScopeRefused("audience", Reason.AUDIENCE_CHARACTERS)
