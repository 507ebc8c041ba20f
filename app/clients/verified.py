"""The word of this portal's administrators for an app: its consent page says “verified”, and asks like any other.

It is given to what people read, the name of its team among it, and to where they are sent; when the owner changes one
of these, it ends.
"""

from sqlalchemy import ColumnElement, and_, or_, select, true

from ..audit.events import EventKind
from ..database.rows import db
from ..teams.models import Team
from .events import note
from .models import OF_THE_PORTAL, Client

VOUCHED_FOR = frozenset({"name", "homepage_url", "redirect_uris", "post_logout_redirect_uris", "client_type"})


def trust_client(client: Client, *, actor_id: str) -> bool:
    """Mark ``client`` as verified; False where it is already."""
    return _set(client, True, EventKind.CLIENT_TRUSTED, actor_id)


def distrust_client(client: Client, *, actor_id: str | None) -> bool:
    """Take the mark away; False where there is none."""
    return _set(client, False, EventKind.CLIENT_DISTRUSTED, actor_id)


def distrust_apps_of_team(team: Team, *, by: str) -> None:
    """Take the mark from the apps of ``team``, which has another name: who gave it has not read that one."""
    verified = select(Client).where(Client.team_id == team.id, Client.trusted == true()).order_by(Client.id)
    for client in db.session.scalars(verified.with_for_update()).all():
        distrust_client(client, actor_id=by)


def give_unconfirmed_emails(client: Client, given: bool, *, actor_id: str) -> bool:
    """Let ``client`` learn addresses that nobody confirmed, or no longer; False where nothing changes.

    Only an app that is vouched for may have that.
    """
    wanted = given and client.is_vouched_for
    if client.unconfirmed_emails == wanted:
        return False
    client.unconfirmed_emails = wanted
    note(EventKind.CLIENT_CHANGED, client, actor_id, fields=["unconfirmed_emails"])
    return True


def learns_unconfirmed_emails() -> ColumnElement[bool]:
    """Whether the app of a row learns addresses that nobody confirmed: ``unproven`` of a SELECT."""
    vouched_for = or_(Client.trusted == true(), OF_THE_PORTAL)
    return and_(Client.unconfirmed_emails == true(), vouched_for).label("unproven")


def _set(client: Client, trusted: bool, kind: EventKind, actor_id: str | None) -> bool:
    if client.trusted == trusted:
        return False
    client.trusted = trusted
    client.unconfirmed_emails = client.unconfirmed_emails and client.is_vouched_for
    note(kind, client, actor_id)
    return True
