"""What one failure means: to anyone, and in full to the owner of the app, to the app itself, and to who tried in vain."""

from urllib.parse import unquote_plus

from flask import Blueprint, Response, jsonify, make_response, render_template, request
from flask_login import current_user

from ...authentication.access import public
from ...authentication.administration import may_administer
from ...clients.client_secrets import is_secret_of
from ...clients.models import Client
from ...clients.registration import find_client
from ...extensions import settings
from ...forms import REFUSED
from .. import causes, problem_details, redirect_uri_doctor
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
    """The page that ``error_uri`` names; problem details (:rfc:`9457`) for the app that asks for them and proves itself."""
    entry, kinds = reading.find_entry(request_id), request.accept_mimetypes
    if kinds[problem_details.MEDIA_TYPE] > kinds["text/html"]:
        return _for_the_app(entry)
    return page_of(entry, request_id)


def _for_the_app(entry: LogEntry | None) -> Response:
    app = _proven_app()
    if app is None:
        words = "Send the client ID and secret of the app by HTTP Basic."
        answer = _problem(401, {"type": "about:blank", "title": words, "status": 401})
        answer.headers["WWW-Authenticate"] = f'Basic realm="{settings.issuer}"'
        return answer
    if entry is None or entry.row.client_id != app.id:
        words = "There is nothing about this request, or it was not one of this app."
        return _problem(404, {"type": "about:blank", "title": words, "status": 404})
    return _problem(200, problem_details.describe(entry))


def _proven_app() -> Client | None:
    """The app whose ID and secret come by HTTP Basic, form-decoded as at the token endpoint."""
    sent = request.authorization
    if sent is None or sent.type != "basic":
        return None
    client_id, secret = (unquote_plus(sent.get(part) or "") for part in ("username", "password"))
    client = find_client(client_id)
    return client if client is not None and is_secret_of(client, secret) else None


def _problem(status: int, details: dict[str, object]) -> Response:
    answer = unlisted(jsonify(details), status)
    answer.content_type = problem_details.MEDIA_TYPE
    return answer


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
        is_own=_is_own(entry),
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


def _is_own(entry: LogEntry) -> bool:
    """Whether the reader is who tried, by an app that registered itself: nobody else could read why."""
    row = entry.row
    if row.user_id is None or row.client_id is None or not current_user.is_authenticated:
        return False
    client = find_client(row.client_id) if row.user_id == current_user.id else None
    return client is not None and client.registered_dynamically and not (client.owner_id or client.team_id)


def _is_administrator() -> bool:
    return current_user.is_authenticated and may_administer(current_user)


def unlisted(page: str | Response, status: int) -> Response:
    """An answer that nobody keeps or lists."""
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    return response
