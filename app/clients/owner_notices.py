"""Emails to the owner of an app about what could let somebody else in, in case it was not them.

Of a team the :data:`~app.teams.members.MOST_TOLD` longest-standing owners are told.
"""

from collections.abc import Sequence

from ..database.rows import db
from ..extensions import settings
from ..teams.members import MOST_TOLD
from ..users.models import User
from ..users.notices import notify
from .models import Client
from .ownership import find_owners, find_team_of

MOST_LISTED = 10  # URIs of each kind: an email that waits must fit into its column


def tell_of_secret(client: Client, template: str, *, by: str | None, secret: str | None = None) -> None:
    """Email the owner that a secret, called ``secret``, was added, shown or replaced; never the secret itself."""
    _tell(client, template, by=by, link=link_to(client, "/secrets"), secret=secret)


def tell_of_redirect_uris(client: Client, before: Sequence[str], *, by: str | None) -> None:
    """Email the owner which redirect URIs ``client`` has got and lost since it had those of ``before``."""
    after = client.redirect_uri_list
    added, removed = (
        _listed([uri for uri in some if uri not in others])
        for some, others in ((after, before), (before, after))
    )
    if added or removed:
        link = link_to(client, "/edit")
        _tell(client, "redirect_uris_changed", by=by, link=link, added=added, removed=removed)


def tell_of_deletion(client: Client, *, by: str | None) -> None:
    """Email the owner that ``client`` is deleted, and by whom: themselves, or somebody who runs the portal."""
    _tell(
        client,
        "app_deleted",
        by=by,
        link=f"{settings.issuer}/account/security",
        by_owner=by is not None and by == client.owner_id,
    )


def tell_of_optional_pkce(client: Client, *, by: str | None) -> None:
    """Email the owner that ``client`` need not use PKCE any more."""
    _tell(client, "pkce_optional", by=by, link=link_to(client, "/edit"))


def tell_of_introspection(client: Client, *, by: str | None) -> None:
    """Email the owner whether ``client`` may introspect everybody's access tokens, which an administrator changed."""
    allowed = client.introspects_all
    _tell(client, "introspection_changed", by=by, link=link_to(client), allowed=allowed)


def tell_of_new_hands(client: Client, receiver: str, *, by: str | None, offered_by: User | None) -> None:
    """Email the owners that ``client`` has had that it goes to ``receiver``, but the one who does it."""
    told = {"receiver": receiver, "by_owner": offered_by.username if offered_by is not None else None}
    link = f"{settings.issuer}/account/security"
    _tell(client, "app_given_away", by=by, link=link, besides=by, **told)


def tell_of_new_owner(client: Client, *, by: str | None) -> None:
    """Email the owners that ``client`` is theirs from now on, but the one who took it."""
    _tell(client, "app_handed_over", by=by, link=link_to(client), besides=by)


def link_to(client: Client, page: str = "") -> str:
    """The address of a page about ``client`` in the dashboard, for an email."""
    return f"{settings.issuer}/dashboard/apps/{client.id}{page}"


def _tell(
    client: Client,
    template: str,
    *,
    by: str | None,
    link: str,
    besides: str | None = None,
    **told: str | bool | None,
) -> None:
    team = find_team_of(client)
    for owner in (each for each in find_owners(client, most=MOST_TOLD) if each.id != besides):
        colleague = _name_of(by) if team is not None and by != owner.id else None
        of_team = {"team": team.name if team is not None else None, "who": colleague}
        notify(owner, template, by=by, app=client.name, link=link, **of_team, **told)


def _name_of(person_id: str | None) -> str | None:
    person = db.session.get(User, person_id) if person_id is not None else None
    return person.username if person is not None else None


def _listed(uris: Sequence[str]) -> str:
    return "\n".join([*uris[:MOST_LISTED], *(["…"] if len(uris) > MOST_LISTED else [])])
