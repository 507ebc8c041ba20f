"""What one failure means: to anyone, and in full to the owner of the app."""

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from ...authentication.access import public
from ...clients import wording
from ...clients.models import Client
from ...clients.refusals import ClientRefused
from ...database.rows import db
from ...forms import REFUSED
from .. import redirect_uri_doctor
from ..models import LOG_KEPT
from ..owners import find_readable_client, path_of_setting
from ..repairs import add_redirect_uri, can_add_redirect_uri
from ..request_log import reading
from ..request_log.reading import LogEntry

blueprint = Blueprint("diagnostics_failure", __name__)


@blueprint.get("/failures/<request_id>")
@public
def show(request_id: str) -> Response:
    """The page that ``error_uri`` names."""
    return _page(reading.find_entry(request_id), request_id)


@blueprint.post("/failures/<request_id>/repair")
def repair(request_id: str) -> BaseResponse:
    """Register the redirect URI that the app sent, for its owner."""
    entry = reading.find_entry(request_id)
    client = _readable_client(entry)
    if entry is None or client is None or entry.redirect_uri is None:
        abort(404)
    try:
        add_redirect_uri(
            client, entry.redirect_uri, actor_id=current_user.id, by_administrator=current_user.is_admin
        )
    except ClientRefused as refusal:
        return _page(entry, request_id, [wording.explain(problem) for problem in refusal.problems])
    db.session.commit()
    flash(_("The redirect URI is registered."), "ok")
    return redirect(url_for("diagnostics_failure.show", request_id=request_id))


def _page(entry: LogEntry | None, request_id: str, problems: list[str] | None = None) -> Response:
    if entry is None:
        page = render_template("diagnostics/failure_unknown.html", kept_for=LOG_KEPT.days)
        return _unlisted(page, 404)
    client = _readable_client(entry)
    trusted = client is not None or (entry.row.client_id is None and _is_administrator())
    page = render_template(
        "diagnostics/failure_owner.html" if trusted else "diagnostics/failure.html",
        entry=entry,
        client=client,
        problems=problems or [],
        path_of_setting=path_of_setting,
        **_doctor(entry, client),
    )
    return _unlisted(page, REFUSED if problems else 200)


def _doctor(entry: LogEntry, client: Client | None) -> dict[str, object]:
    sent = entry.redirect_uri if client else None
    if client is None or sent is None:
        return {"comparison": None, "repairable": False, "repaired": False}
    return {
        "sent": sent,
        "comparison": redirect_uri_doctor.find_nearest(sent, client.redirect_uri_list),
        "repairable": can_add_redirect_uri(client, sent),
        "repaired": not can_add_redirect_uri(client, sent),
    }


def _readable_client(entry: LogEntry | None) -> Client | None:
    if entry is None or entry.row.client_id is None or not current_user.is_authenticated:
        return None
    return find_readable_client(entry.row.client_id, current_user)


def _is_administrator() -> bool:
    return current_user.is_authenticated and current_user.is_admin


def _unlisted(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    return response
