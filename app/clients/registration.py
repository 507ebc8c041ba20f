"""Registering, changing, handing over and deleting apps."""

import json
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from ..audit.events import EventKind
from ..database.rows import db
from ..scopes.checks import PORTALS_OWN_NAME
from ..teams.models import Team
from ..users.display_names import name_key
from ..users.models import User
from . import app_limit, checks, client_secrets, introspection, verified
from .details import DEVELOPER_LIMITS, Details, Limits, normalise
from .events import note
from .grants import PASSWORD
from .models import Client
from .owner_notices import tell_of_deletion, tell_of_optional_pkce, tell_of_redirect_uris
from .refusals import ClientRefused, PortalsOwnApp, Problem, Reason

PORTALS_OWN = PORTALS_OWN_NAME
"""The client_id of the app in whose name the portal itself gives tokens: made at its first use."""


def find_client(client_id: str) -> Client | None:
    """The app with this ``client_id``."""
    return db.session.get(Client, client_id)


def list_own_clients(owner_id: str) -> list[Client]:
    """The apps of that person, oldest first."""
    query = select(Client).where(Client.owner_id == owner_id).order_by(Client.id)
    return list(db.session.execute(query).scalars())


def list_clients() -> list[tuple[Client, User | None, Team | None]]:
    """Every app with the person or team it belongs to, oldest first."""
    query = select(Client, User, Team).outerjoin(User, User.id == Client.owner_id)
    query = query.outerjoin(Team, Team.id == Client.team_id).order_by(Client.id)
    return [(client, owner, team) for client, owner, team in db.session.execute(query)]


def count_clients() -> int:
    """How many apps there are."""
    return db.session.scalar(select(func.count()).select_from(Client)) or 0


def register_client(
    details: Details,
    *,
    owner_id: str | None,
    team_id: str | None = None,
    actor_id: str | None,
    actor_name: str | None = None,
    limits: Limits = DEVELOPER_LIMITS,
    shown_once: bool = False,
    dynamically: bool = False,
) -> tuple[Client, str | None]:
    """Register an app; return it and its first secret (None where it signs in without one). Raises :class:`ClientRefused`."""
    if dynamically:  # whatever else strangers may have, people's passwords they may not ask for
        limits = replace(limits, grants=tuple(name for name in limits.grants if name != PASSWORD))
    normalised = _checked(details, limits, None)
    client = Client(owner_id=owner_id, team_id=team_id, registered_dynamically=dynamically)
    _apply(client, normalised, limits)
    app_limit.lock_owner(owner_id, team_id)
    db.session.add(client)
    _flush(client)
    app_limit.refuse_one_too_many(owner_id, team_id, limits.most_apps)
    note(EventKind.CLIENT_REGISTERED, client, actor_id)
    if not client.needs_secret:
        return client, None
    secret = client_secrets.give_first_secret(
        client, actor_id=actor_id, actor_name=actor_name, shown_once=shown_once
    )
    return client, secret


def edit_client(
    client: Client, details: Details, *, actor_id: str | None, limits: Limits = DEVELOPER_LIMITS
) -> list[str]:
    """Change an app; return the names of the fields that are new. Raises :class:`ClientRefused`.

    An app that becomes public loses its secrets, and what depends on them. One that its owner
    changes in what administrators vouched for loses their word. The owner gets an email about other redirect URIs, and
    where PKCE becomes optional.
    """
    normalised, uris_before = _checked(details, limits, client), client.redirect_uri_list
    changed = _apply(client, normalised, limits)
    if not changed:
        return []
    _flush(client)
    if client.is_public:
        for secret in client_secrets.list_live(client):
            client_secrets.revoke_secret(client, secret, actor_id=actor_id)
        introspection.forget_introspection_of_all(client, actor_id=actor_id)
    note(EventKind.CLIENT_CHANGED, client, actor_id, fields=changed)
    tell_of_redirect_uris(client, uris_before, by=actor_id)
    if "pkce_required" in changed and not client.pkce_required:
        tell_of_optional_pkce(client, by=actor_id)
    if not limits.restricted_scopes and verified.VOUCHED_FOR.intersection(changed):
        verified.distrust_client(client, actor_id=actor_id)
    return changed


def delete_client(client: Client, *, actor_id: str | None, with_owner: bool = False) -> None:
    """End ``client`` for good, with its secrets, everybody's consent and every token. Raises :class:`PortalsOwnApp`.

    The owner gets a mail, unless their account ends, too.
    """
    if client.id == PORTALS_OWN:
        raise PortalsOwnApp
    if not with_owner:
        tell_of_deletion(client, by=actor_id)
    note(EventKind.CLIENT_DELETED, client, actor_id)
    db.session.delete(client)
    db.session.flush()


def _checked(details: Details, limits: Limits, client: Client | None) -> Details:
    normalised = normalise(details, limits, client)
    problems = checks.find_problems(normalised, limits, client)
    if problems:
        raise ClientRefused(problems)
    return normalised


def _apply(client: Client, details: Details, limits: Limits) -> list[str]:
    """Write normalised ``details`` into the row; the names of the fields that are new."""
    values = {
        "name": details.name,
        "name_key": name_key(details.name) if limits.unique_name else None,
        "description": details.description,
        "homepage_url": details.homepage_url,
        "redirect_uris": "\n".join(uri for _line, uri in details.redirect_uris),
        "post_logout_redirect_uris": "\n".join(uri for _line, uri in details.post_logout_redirect_uris),
        "backchannel_logout_uri": details.backchannel_logout_uri,
        "client_type": details.client_type,
        "grant_types": " ".join(details.grant_types),
        "scopes": " ".join(details.scopes),
        "auth_method": details.auth_method,
        "pkce_required": details.pkce_required,
        "par_required": details.par_required,
        "alg": details.alg,
        "jwks": json.dumps(json.loads(details.jwks)) if details.jwks else None,
        "jwks_uri": details.jwks_uri,
        "retry_window": details.retry_window,
        "lean_id_tokens": details.lean_id_tokens,
        "errors_without_iss": details.errors_without_iss,
        "second_factor_required": details.second_factor_required,
        "dpop_required": details.dpop_required,
        "preset": details.preset,
    }
    changed = [field for field, value in values.items() if getattr(client, field) != value]
    for field in changed:
        setattr(client, field, values[field])
    return [field for field in changed if field != "name_key"]


def _flush(client: Client) -> None:
    """Send the row to the database now; two apps registered under one name at once end as one refusal."""
    name = client.name
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise ClientRefused([Problem("name", Reason.TAKEN, name)]) from None
