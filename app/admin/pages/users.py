"""People: finding them, and one of them."""

from flask import Blueprint, abort, render_template, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ...audit.trail import list_events
from ...audit.wording import tell
from ...authentication import devices
from ...authentication.administration import find_lack
from ...authentication.sessions import list_sessions
from ...clients.registration import list_own_clients
from ...consents.standing import list_consents
from ...forms import REFUSED
from ...groups.members import list_groups_of
from ...users import accounts
from ...users.directory import State, search
from ...users.refusals import UserUnknown
from .list_filters import ListFilters
from .listing import read_page

blueprint = Blueprint("admin_users", __name__)

LATEST = 10
STATES = {
    State.BLOCKED: _l("Blocked"),
    State.UNVERIFIED: _l("Email address not confirmed"),
    State.ADMINISTRATORS: _l("Administrators"),
    State.WITHOUT_SECOND_FACTOR: _l("Without a second factor"),
    State.DELETED: _l("Deleted"),
}


@blueprint.get("/admin/users")
def index() -> tuple[str, int]:
    """The list of people, the newest first; ``q`` searches, ``state`` narrows."""
    filters = ListFilters(request.args)
    filters.offer(STATES, _("Everybody"))
    if not filters.validate():
        return render_template("admin/users/index.html", filters=filters, page=None), REFUSED
    state = State(filters.state.data) if filters.state.data else None
    query, key = search(filters.sought, state)
    page = read_page(query, [key])
    return render_template("admin/users/index.html", filters=filters, page=page), 200


@blueprint.get("/admin/users/<user_id>")
def show(user_id: str) -> str:
    """One person: what is known, where they are signed in, their apps, and what happened last."""
    try:
        user = accounts.get_user(user_id)
    except UserUnknown:
        abort(404)
    locale = get_locale()
    return render_template(
        "admin/users/show.html",
        user=user,
        lack=find_lack(user),
        country=locale.territories.get(user.country),
        language=locale.languages.get(user.locale),
        sessions=list_sessions(user.id),
        describe=devices.describe,
        consents=list_consents(user.id),
        clients=list_own_clients(user.id),
        groups=list_groups_of(user.id),
        events=[tell(event) for event in list_events(user.id, limit=LATEST)],
    )
