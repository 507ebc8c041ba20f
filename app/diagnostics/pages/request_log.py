"""The request log of one app."""

from flask import Blueprint, Response, abort, render_template, request
from flask_login import current_user

from ...database.trouble import undo
from ...extensions import settings
from ...forms import REFUSED
from .. import request_log
from ..models import LOG_KEPT
from ..owners import find_readable_client, path_of_setting
from ..request_log import reading
from ..request_log.queries import AN_ID
from ..request_log.reading import LogEntry
from .log_filters import LogFilters

blueprint = Blueprint("diagnostics_request_log", __name__)


def finish(response: Response) -> Response:
    """Write the row of a request that an endpoint began to log, once what the request left undone is undone."""
    if request_log.is_begun():
        undo()
    request_log.finish(response.status_code)
    return response


@blueprint.get("/dashboard/apps/<client_id>/log")
def show(client_id: str) -> tuple[str, int]:
    """The newest requests of the app, why some were refused, and what to do; or the one with a request ID."""
    client = find_readable_client(client_id, current_user)
    if client is None:
        abort(404)
    before = request.args.get("before")
    if before is not None and not AN_ID.fullmatch(before):
        abort(404)
    filters = LogFilters(request.args)
    filters.offer_causes(reading.list_causes(client.id))
    understood = filters.validate()
    entries, older = _find(client.id, filters, before) if understood else ([], None)
    page = render_template(
        "diagnostics/request_log.html",
        client=client,
        entries=entries,
        older=older,
        filters=filters,
        narrowed=filters.narrows or before is not None,
        issuer=settings.issuer,
        kept_for=LOG_KEPT.days,
        path_of_setting=path_of_setting,
    )
    return page, 200 if understood else REFUSED


def _find(client_id: str, filters: LogFilters, before: str | None) -> tuple[list[LogEntry], str | None]:
    if filters.request_id:
        entry = reading.find_entry_of(client_id, filters.request_id)
        return ([entry] if entry else []), None
    return reading.list_entries(client_id, filters.outcome.data, filters.cause.data, before)
