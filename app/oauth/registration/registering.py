"""Registering an app for a stranger, and changing or ending it for whoever shows its registration access token."""

from dataclasses import replace
from typing import Any, NoReturn

from ...clients import client_secrets, registration, verified
from ...clients.details import STRANGER_LIMITS, Details, details_of
from ...clients.dynamic.models import ClientRegistration
from ...clients.dynamic.registrations import add_registration, find_registration, is_token_of
from ...clients.models import Client
from ...clients.refusals import ClientRefused
from ...diagnostics import causes
from ..refusals import Refused
from .fields import NAMES
from .metadata import Metadata, refuse

# What people read on the consent page beside the word of administrators.
LINKS_VOUCHED_FOR = frozenset({"policy_uri", "tos_uri"})


def register(
    metadata: Metadata, *, initial_token_id: str | None, shown_once: bool
) -> tuple[Client, ClientRegistration, str | None, str]:
    """Register an app; return it, what it says of itself, its secret if it has one, and its registration access token.

    Raises :class:`Refused`.
    """
    details = Details(**metadata.client, pkce_required=metadata.client["client_type"] == "public")
    try:
        client, secret = registration.register_client(
            details,
            owner_id=None,
            actor_id=None,
            limits=STRANGER_LIMITS,
            shown_once=shown_once,
            dynamically=True,
        )
    except ClientRefused as refused:
        _explain(refused)
    about, token = add_registration(client, initial_token_id)
    _write(about, metadata)
    return client, about, secret, token


def get_managed(client_id: str, token: str) -> tuple[Client, ClientRegistration]:
    """The app that ``token`` lets manage. Raises :class:`Refused`, alike for a wrong token and for an app that is gone.

    :rfc:`7592#section-2`
    """
    client = registration.find_client(client_id) if client_id.isascii() else None
    about = find_registration(client_id) if client is not None else None
    is_theirs = is_token_of(about, token)
    if client is None:
        raise Refused(causes.REGISTRATION_GONE)
    if about is None or not is_theirs:
        raise Refused(causes.REGISTRATION_TOKEN_WRONG)
    if client.disabled_at is not None:
        raise Refused(causes.REGISTRATION_SUSPENDED, disabled_by=client.disabled_by)
    return client, about


def replace_metadata(
    client: Client, about: ClientRegistration, sent: dict[str, Any], metadata: Metadata, *, shown_once: bool
) -> str | None:
    """Let ``metadata`` take the place of all that was registered; return the secret it needs now, if it had none.

    What only administrators decide about an app stays. Raises :class:`Refused`. :rfc:`7592#section-2.2`
    """
    if sent.get("client_id") != client.id:
        refuse("client_id", "differs", sent.get("client_id", ""))
    if "client_secret" in sent and not _is_secret_of(client, sent["client_secret"]):
        refuse("client_secret", "differs")  # nor is the value told to anybody
    before = details_of(client)
    wanted = replace(before, **metadata.client, pkce_required=before.pkce_required)
    if wanted.is_public:
        wanted = replace(wanted, pkce_required=True)
    try:
        registration.edit_client(client, wanted, actor_id=None, limits=STRANGER_LIMITS)
    except ClientRefused as refused:
        _explain(refused)
    if LINKS_VOUCHED_FOR.intersection(_write(about, metadata)):
        verified.distrust_client(client, actor_id=None)
    if not client.needs_secret or client_secrets.list_live(client):
        return None
    return client_secrets.give_first_secret(client, actor_id=None, shown_once=shown_once)


def _write(about: ClientRegistration, metadata: Metadata) -> list[str]:
    """Write what the app says of itself; return the columns that are new."""
    changed = [column for column, value in metadata.about.items() if getattr(about, column) != value]
    for column in changed:
        setattr(about, column, metadata.about[column])
    return changed


def _is_secret_of(client: Client, secret: Any) -> bool:
    return isinstance(secret, str) and client_secrets.is_secret_of(client, secret)


def _explain(refused: ClientRefused) -> NoReturn:
    problem = refused.problems[0]
    refuse(NAMES.get(problem.field, problem.field), problem.reason.value, problem.value)
