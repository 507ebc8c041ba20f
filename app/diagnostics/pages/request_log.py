"""The request log of one app."""

from collections.abc import Container

from flask import Blueprint, Response, abort, render_template, request
from flask_login import current_user

from ...database.trouble import undo
from ...extensions import settings
from .. import request_log
from ..causes import CATALOGUE, GROUPS
from ..models import LOG_KEPT
from ..owners import find_readable_client, path_of_setting
from ..request_log import reading

blueprint = Blueprint("diagnostics_request_log", __name__)


def finish(response: Response) -> Response:
    """Write the row of a request that an endpoint began to log, once what the request left undone is undone."""
    if request_log.is_begun():
        undo()
    request_log.finish(response.status_code)
    return response


@blueprint.get("/dashboard/apps/<client_id>/log")
def show(client_id: str) -> str:
    """The newest requests of the app, why some were refused, and what to do."""
    client = find_readable_client(client_id, current_user)
    if client is None:
        abort(404)
    outcome = _one_of(reading.OUTCOMES, request.args.get("outcome"))
    cause = _one_of(CATALOGUE, request.args.get("cause"))
    before = request.args.get("before")
    entries, older = reading.list_entries(client.id, outcome, cause, before)
    return render_template(
        "diagnostics/request_log.html",
        client=client,
        entries=entries,
        older=older,
        outcome=outcome,
        cause=cause,
        groups=GROUPS,
        narrowed=bool(outcome or cause or before),
        issuer=settings.issuer,
        kept_for=LOG_KEPT.days,
        path_of_setting=path_of_setting,
    )


def _one_of(known: Container[str], sent: str | None) -> str | None:
    return sent if sent in known else None
