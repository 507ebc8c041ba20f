"""What happened on the account."""

import re

from flask import Blueprint, abort, render_template, request, url_for
from flask_login import current_user

from ...audit.trail import list_events
from ...audit.wording import tell

blueprint = Blueprint("account_activity", __name__)

EVENTS_A_PAGE = 25
AN_ID = re.compile("[0-9a-f]{32}")  # MariaDB compares nothing but ASCII with an id


@blueprint.get("/account/activity")
def show() -> str:
    """The page of events, newest first; ``before`` is the id of the last one seen."""
    before = request.args.get("before")
    if before is not None and not AN_ID.fullmatch(before):
        abort(404)
    events = list_events(current_user.id, limit=EVENTS_A_PAGE + 1, before=before)
    older = (
        url_for("account_activity.show", before=events[EVENTS_A_PAGE - 1].id)
        if len(events) > EVENTS_A_PAGE
        else None
    )
    told = [tell(event) for event in events[:EVENTS_A_PAGE]]
    return render_template("account/activity.html", events=told, older=older, first=before is None)
