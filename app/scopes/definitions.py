"""Defining scopes and deleting them, for administrators and commands."""

from collections.abc import Collection

from blinker import Namespace
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ..audit.events import EventKind, record
from ..database.rows import db
from . import catalogue
from .catalogue import BUILT_IN, ScopeInfo
from .checks import check_audience, check_descriptions, check_name
from .models import READS, Scope
from .refusals import Reason, ScopeInUse, ScopeNotFound, ScopeRefused

_signals = Namespace()

scope_wanted = _signals.signal("scope-wanted")
"""Asked with the name of a scope that is about to be deleted; receivers return the names of apps that have it."""

scope_deleted = _signals.signal("scope-deleted")
"""Sent with the name of a scope in the transaction that deletes it: whoever keeps its name lets go of it."""


def create_scope(
    name: str,
    description_en: str,
    description_de: str,
    audience: str | None = None,
    *,
    restricted: bool = False,
    effect: str = READS,
    actor_id: str | None = None,
) -> Scope:
    """Define a scope and return it. Raises :class:`ScopeRefused`."""
    english, german = description_en.strip(), description_de.strip()
    check_name(name)
    if db.session.get(Scope, name) is not None:
        raise ScopeRefused("name", Reason.NAME_TAKEN)
    check_descriptions(english, german)
    audience = (audience or "").strip() or None
    if audience is not None:
        check_audience(audience)
    scope = Scope(
        name=name,
        description_en=english,
        description_de=german,
        audience=audience,
        restricted=restricted,
        effect=effect,
    )
    db.session.add(scope)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise ScopeRefused("name", Reason.NAME_TAKEN) from None
    record(EventKind.SCOPE_CREATED, actor_id, actor_id, name=name)
    catalogue.forget()
    return scope


def change_scope(
    scope: Scope,
    description_en: str,
    description_de: str,
    *,
    restricted: bool,
    effect: str,
    actor_id: str | None = None,
) -> list[str]:
    """Change a scope; return the names of the fields that are new. Raises :class:`ScopeRefused`.

    Apps that have a scope keep it when it becomes restricted, until an administrator takes it from them.
    """
    english, german = description_en.strip(), description_de.strip()
    check_descriptions(english, german)
    values: dict[str, str | bool] = {
        "description_en": english,
        "description_de": german,
        "restricted": restricted,
        "effect": effect,
    }
    changed = [field for field, value in values.items() if getattr(scope, field) != value]
    if not changed:
        return []
    for field in changed:
        setattr(scope, field, values[field])
    record(EventKind.SCOPE_CHANGED, actor_id, actor_id, name=scope.name, fields=changed)
    catalogue.forget()
    return changed


def get_scope(name: str) -> Scope:
    """The scope of that name that was defined here. Raises :class:`ScopeNotFound`."""
    scope = db.session.get(Scope, name)
    if scope is None:
        raise ScopeNotFound
    return scope


def hold_scopes(names: Collection[str]) -> dict[str, ScopeInfo]:
    """Those of ``names`` that exist, as they are now and stay until the transaction ends."""
    query = select(Scope).where(Scope.name.in_(names)).with_for_update(read=True)
    rows = db.session.scalars(query.execution_options(populate_existing=True))
    return BUILT_IN | {row.name: catalogue.info_of(row) for row in rows}


def delete_scope(name: str, *, even_if_used: bool = False, actor_id: str | None = None) -> list[str]:
    """Delete the scope, and take it from apps and out of consents; the names of the apps that had it.

    Raises :class:`ScopeNotFound`, or :class:`ScopeInUse` unless ``even_if_used``.
    """
    scope = db.session.get(Scope, name, with_for_update=True)
    if scope is None:
        raise ScopeNotFound
    apps = apps_with(name)
    if apps and not even_if_used:
        raise ScopeInUse(apps)
    db.session.delete(scope)
    db.session.flush()
    scope_deleted.send(name)
    record(EventKind.SCOPE_DELETED, actor_id, actor_id, name=name)
    catalogue.forget()
    return apps


def apps_with(name: str) -> list[str]:
    """The names of the apps that have the scope, as the feature that keeps apps tells."""
    answers = [apps for _receiver, apps in scope_wanted.send(name)]
    return sorted(app for apps in answers for app in apps)
