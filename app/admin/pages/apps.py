"""Apps: finding them, and one of them."""

from flask import Blueprint, abort, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...clients.client_secrets import is_live
from ...clients.directory import State, search
from ...clients.dynamic import initial_tokens
from ...clients.dynamic.registrations import find_registration
from ...clients.group_limits import names_of_groups
from ...clients.models import Client
from ...clients.ownership import find_team_of
from ...clients.pages import fresh_secret
from ...clients.people_per_app import count_people
from ...clients.registration import PORTALS_OWN, find_client
from ...diagnostics.request_log.reading import list_entries
from ...extensions import settings
from ...forms import REFUSED
from ...scopes import catalogue
from ...users.directory import usernames
from .acts import Target
from .list_filters import ListFilters
from .listing import read_page

blueprint = Blueprint("admin_apps", __name__)

LATEST = 5
STATES = {
    State.DISABLED: _l("Disabled"),
    State.OWNERLESS: _l("Of the portal itself"),
    State.IN_CARE: _l("Without owner"),
    State.PUBLIC: _l("Public"),
    State.PASSWORD: _l("With the password grant"),
    State.TRUSTED: _l("Verified"),
    State.INTROSPECTING: _l("Introspecting all tokens"),
    State.REGISTERED: _l("Registered by themselves"),
}


@blueprint.get("/admin/apps")
def index() -> tuple[str, int]:
    """The list of apps, the newest first; ``q`` searches, ``state`` narrows."""
    filters = ListFilters(request.args)
    filters.offer(STATES, _("All"))
    if not filters.validate():
        return render_template("admin/apps/index.html", filters=filters, page=None), REFUSED
    state = State(filters.state.data) if filters.state.data else None
    page = read_page(search(filters.sought, state), [Client.id])
    people = count_people([client.id for client, _owner, _team in page.entries])
    return render_template(
        "admin/apps/index.html",
        filters=filters,
        page=page,
        people=people,
        registers_apps=settings.dynamic_registration != "off",
    ), 200


@blueprint.get("/admin/apps/<client_id>")
def show(client_id: str) -> str:
    """One app: whose it is, how it connects, what it may do, who uses it, and what went wrong last."""
    client = get_app(client_id)
    failures, _older = list_entries(client.id, "refused", limit=LATEST)
    locale = str(get_locale())
    return render_template(
        "admin/apps/show.html",
        client=client,
        owner=usernames([client.owner_id]).get(client.owner_id or ""),
        team=find_team_of(client),
        secret=fresh_secret.take(client),
        live=[secret for secret in client.secrets if is_live(secret)],
        people=count_people([client.id])[client.id],
        groups=names_of_groups(client),
        registration=find_registration(client.id),
        initial_token=initial_tokens.find_token_of(client.id),
        most_people=settings.unverified_app_people,
        hints={name: catalogue.describe(name, locale) for name in client.scope_list},
        failures=failures,
        deletable=client.id != PORTALS_OWN,
        shown_once=settings.client_secrets_shown_once,
    )


def get_app(client_id: str) -> Client:
    """The app that a page is about, or a 404."""
    client = find_client(client_id)
    if client is None:
        abort(404)
    return client


def target_of(client: Client) -> Target:
    """The app as acts name it."""
    return Target(client.name, url_for("admin_apps.show", client_id=client.id))
