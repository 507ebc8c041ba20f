"""Emails to the owner of an app about what could let somebody else in, in case it was not them."""

from collections.abc import Sequence

from ..database.rows import db
from ..extensions import settings
from ..users.models import User
from ..users.notices import notify
from .models import Client

MOST_LISTED = 10  # URIs of each kind: an email that waits must fit into its column


def tell_of_secret(client: Client, template: str, *, by: str | None, secret: str | None = None) -> None:
    """Email the owner that a secret, called ``secret``, was added, shown or replaced; never the secret itself."""
    _tell(client, template, by=by, page=f"/dashboard/apps/{client.id}/secrets", secret=secret)


def tell_of_redirect_uris(client: Client, before: Sequence[str], *, by: str | None) -> None:
    """Email the owner which redirect URIs ``client`` has got and lost since it had those of ``before``."""
    after = client.redirect_uri_list
    added, removed = (
        _listed([uri for uri in some if uri not in others])
        for some, others in ((after, before), (before, after))
    )
    if added or removed:
        page = f"/dashboard/apps/{client.id}/edit"
        _tell(client, "redirect_uris_changed", by=by, page=page, added=added, removed=removed)


def tell_of_deletion(client: Client, *, by: str | None) -> None:
    """Email the owner that ``client`` is deleted, and by whom: themselves, or somebody who runs the portal."""
    _tell(client, "app_deleted", by=by, page="/account/security", by_owner=by == client.owner_id)


def tell_of_optional_pkce(client: Client, *, by: str | None) -> None:
    """Email the owner that ``client`` need not use PKCE any more."""
    _tell(client, "pkce_optional", by=by, page=f"/dashboard/apps/{client.id}/edit")


def tell_of_introspection(client: Client, *, by: str | None) -> None:
    """Email the owner whether ``client`` may introspect everybody's access tokens, which an administrator changed."""
    page = f"/dashboard/apps/{client.id}"
    _tell(client, "introspection_changed", by=by, page=page, allowed=client.introspects_all)


def tell_of_new_owner(client: Client, *, by: str | None) -> None:
    """Email the owner that ``client`` is theirs from now on."""
    _tell(client, "app_handed_over", by=by, page=f"/dashboard/apps/{client.id}")


def _tell(client: Client, template: str, *, by: str | None, page: str, **told: str | bool | None) -> None:
    owner = db.session.get(User, client.owner_id) if client.owner_id is not None else None
    if owner is not None:
        notify(owner, template, by=by, app=client.name, link=f"{settings.issuer}{page}", **told)


def _listed(uris: Sequence[str]) -> str:
    return "\n".join([*uris[:MOST_LISTED], *(["…"] if len(uris) > MOST_LISTED else [])])
