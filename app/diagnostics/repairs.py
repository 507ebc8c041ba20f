"""What one click of the owner mends."""

from dataclasses import replace

from ..clients.details import DEVELOPER_LIMITS, OPERATOR_LIMITS, Details, details_of
from ..clients.models import Client
from ..clients.redirect_uris import check_redirect_uri, matches, place_of
from ..clients.refusals import RedirectUriNotAllowed
from ..clients.registration import edit_client


def can_add_redirect_uri(client: Client, uri: str | None) -> bool:
    """Whether ``uri`` is not registered yet; what may be registered is checked when it is added."""
    return bool(uri) and matches(client.redirect_uri_list, str(uri)) is None


def leads_elsewhere(client: Client, uri: str) -> bool:
    """Whether ``uri`` may be registered, but leads where no registered one does: anybody can have sent it."""
    try:
        check_redirect_uri(uri)
    except RedirectUriNotAllowed:
        return False
    return place_of(uri) not in map(place_of, client.redirect_uri_list)


def can_make_pkce_optional(client: Client) -> bool:
    """Whether ``client`` may do without PKCE and is not allowed to yet; public apps have nothing else."""
    return client.pkce_required and not client.is_public


def make_pkce_optional(client: Client, *, actor_id: str, by_administrator: bool) -> None:
    """Let ``client`` do without PKCE as the edit page would. Raises :class:`~app.clients.refusals.ClientRefused`."""
    if can_make_pkce_optional(client):
        _edit(client, replace(details_of(client), pkce_required=False), actor_id, by_administrator)


def add_redirect_uri(client: Client, uri: str, *, actor_id: str, by_administrator: bool) -> None:
    """Register ``uri`` for ``client`` as the edit page would. Raises :class:`~app.clients.refusals.ClientRefused`."""
    details = details_of(client)
    if matches(client.redirect_uri_list, uri) is not None:
        return
    added = (*details.redirect_uris, (len(details.redirect_uris) + 1, uri))
    _edit(client, replace(details, redirect_uris=added), actor_id, by_administrator)


def _edit(client: Client, details: Details, actor_id: str, by_administrator: bool) -> None:
    limits = OPERATOR_LIMITS if by_administrator else DEVELOPER_LIMITS
    limits = replace(limits, unique_name=client.name_key is not None)
    edit_client(client, details, actor_id=actor_id, limits=limits)
