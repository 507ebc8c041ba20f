"""The event log: what happened, to whom, by whose hand, when, from where."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ...audit import EventKind, export, record
from ...audit.log_wording import kind_in_words
from ...audit.models import Event
from ...audit.search import search
from ...audit.team_wording import team_of
from ...audit.wording import WARNINGS, about
from ...authentication.access import recent_sign_in
from ...clients.naming import names_of
from ...database.rows import db
from ...forms import REFUSED
from ...users.directory import usernames
from .event_filters import EventFilters
from .listing import read_page

blueprint = Blueprint("admin_events", __name__)


@blueprint.get("/admin/events")
def index() -> ResponseReturnValue:
    """The log, newest first, narrowed to what is asked for."""
    filters = EventFilters(request.args)
    wanted = filters.wanted()
    page = read_page(search(wanted), [Event.id]) if wanted else None
    text = render_template(
        "admin/events/index.html",
        filters=filters,
        page=page,
        about=about,
        team_of=team_of,
        in_words=kind_in_words,
        warnings=WARNINGS,
        most=export.MOST_ROWS,
        **_names(page.entries if page else []),
    )
    return text, 200 if wanted else REFUSED


@blueprint.post("/admin/events/export")
@recent_sign_in
def download() -> ResponseReturnValue:
    """What the query narrows the log to, as CSV; who takes it along is an event of its own."""
    filters = EventFilters(request.args)
    wanted = filters.wanted()
    if wanted is None:
        return redirect(f"{url_for('admin_events.index')}?{urlencode(list(request.args.items()))}")
    query = search(wanted).order_by(Event.id.desc()).limit(export.MOST_ROWS)
    events = db.session.scalars(query).all()
    text = export.as_csv(events, **_names(events))
    asked = {field.name: field.data for field in filters if field.data}
    # Whoever was asked for may delete the account: the id says no name.
    asked |= {name: of for name, of in (("person", wanted.user_id), ("actor", wanted.actor_id)) if of}
    record(EventKind.EVENTS_EXPORTED, current_user.id, current_user.id, number=len(events), filters=asked)
    db.session.commit()
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="events.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _names(events: Sequence[Event]) -> dict[str, Any]:
    people = usernames({person for event in events for person in (event.user_id, event.actor_id)})
    return {"people": people, "apps": names_of({event.client_id for event in events})}
