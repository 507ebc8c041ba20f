"""What one failure means: to anyone, and in full to the owner of the app."""

from flask import Blueprint, Response, make_response, render_template
from flask_login import current_user

from ...authentication.access import public
from ...authentication.administration import may_administer
from ...clients.models import Client
from ...forms import REFUSED
from .. import causes, redirect_uri_doctor
from ..models import LOG_KEPT
from ..owners import find_readable_client, may_change, path_of_setting
from ..repairs import can_add_redirect_uri, can_make_pkce_optional, leads_elsewhere
from ..request_log import reading
from ..request_log.reading import LogEntry

blueprint = Blueprint("diagnostics_failure", __name__)

OF_NOBODY = (
    causes.CLIENT_UNKNOWN,
    causes.CLIENT_NOT_NAMED,
    causes.CLIENT_ID_MISSING,
    causes.LOGOUT_APP_UNNAMED,
)
"""What is explained to anyone; other requests of no app, such as sign-ins by the API, are about people."""


@blueprint.get("/failures/<request_id>")
@public
def show(request_id: str) -> Response:
    """The page that ``error_uri`` names."""
    return page_of(reading.find_entry(request_id), request_id)


def page_of(entry: LogEntry | None, request_id: str, problems: list[str] | None = None) -> Response:
    """The page of a request, with what a repair of it would have made wrong."""
    if entry is None:
        page = render_template("diagnostics/failure_unknown.html", kept_for=LOG_KEPT.days)
        return unlisted(page, 404)
    client = readable_client(entry)
    trusted = client is not None or (entry.row.client_id is None and _is_administrator())
    page = render_template(
        "diagnostics/failure_owner.html" if trusted else "diagnostics/failure.html",
        entry=entry,
        client=client,
        is_of_nobody=_is_of_nobody(entry),
        problems=problems or [],
        path_of_setting=path_of_setting,
        **_doctor(entry, client),
        **_pkce(entry, client),
    )
    return unlisted(page, REFUSED if problems else 200)


def _doctor(entry: LogEntry, client: Client | None) -> dict[str, object]:
    sent = entry.redirect_uri if client else None
    if client is None or sent is None:
        return {"comparison": None, "repairable": False, "repaired": False}
    return {
        "sent": sent,
        "comparison": redirect_uri_doctor.find_nearest(sent, client.redirect_uri_list),
        "repairable": may_change(client, current_user) and can_add_redirect_uri(client, sent),
        "repaired": not can_add_redirect_uri(client, sent),
        "elsewhere": leads_elsewhere(client, sent),
    }


def _pkce(entry: LogEntry, client: Client | None) -> dict[str, bool]:
    if client is None or entry.cause is not causes.PKCE_REQUIRED:
        return {}
    repairable = may_change(client, current_user) and can_make_pkce_optional(client)
    return {"pkce_repairable": repairable, "pkce_repaired": not client.pkce_required}


def readable_client(entry: LogEntry | None) -> Client | None:
    """The app of a request, where the reader may see what went wrong with it."""
    if entry is None or entry.row.client_id is None or not current_user.is_authenticated:
        return None
    return find_readable_client(entry.row.client_id, current_user)


def _is_of_nobody(entry: LogEntry) -> bool:
    """Whether no app was found by what was sent: no owner could explain it, and /oauth/authorize tells as much."""
    return entry.row.client_id is None and entry.cause in OF_NOBODY


def _is_administrator() -> bool:
    return current_user.is_authenticated and may_administer(current_user)


def unlisted(page: str, status: int) -> Response:
    """An answer that nobody keeps or lists."""
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    return response
