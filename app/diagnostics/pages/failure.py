"""What one failure means: to anyone, and in full to the owner of the app."""

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from ...authentication.access import public
from ...authentication.pages.login import PasswordForm
from ...authentication.pages.refused import refuse_beside
from ...authentication.refusals import InvalidCredentials, TooManyTries
from ...authentication.step_up import confirm_password
from ...clients import wording
from ...clients.models import Client
from ...clients.redirect_uris import place_of
from ...clients.refusals import ClientRefused
from ...database.rows import db
from ...forms import REFUSED, status_of
from .. import causes, redirect_uri_doctor
from ..models import LOG_KEPT
from ..owners import find_readable_client, path_of_setting
from ..repairs import add_redirect_uri, can_add_redirect_uri, leads_elsewhere
from ..request_log import reading
from ..request_log.reading import LogEntry

blueprint = Blueprint("diagnostics_failure", __name__)

OF_NOBODY = (causes.CLIENT_UNKNOWN, causes.CLIENT_NOT_NAMED, causes.CLIENT_ID_MISSING)
"""What is explained to anyone; other requests of no app, such as sign-ins by the API, are about people."""


@blueprint.get("/failures/<request_id>")
@public
def show(request_id: str) -> Response:
    """The page that ``error_uri`` names."""
    return _page(reading.find_entry(request_id), request_id)


@blueprint.post("/failures/<request_id>/repair")
def repair(request_id: str) -> BaseResponse:
    """Register the redirect URI that the app sent, for its owner; another host has a page of its own."""
    entry, client, sent = _repairable(request_id)
    if leads_elsewhere(client, sent):
        return redirect(url_for("diagnostics_failure.repair_elsewhere", request_id=request_id), 303)
    return _register(entry, client, sent)


@blueprint.route("/failures/<request_id>/repair/elsewhere", methods=["GET", "POST"])
def repair_elsewhere(request_id: str) -> BaseResponse:
    """Register a redirect URI of a host that the app has none of yet: the host stands alone, the password is asked."""
    entry, client, sent = _repairable(request_id)
    form = PasswordForm()
    if not leads_elsewhere(client, sent):
        return redirect(url_for("diagnostics_failure.show", request_id=request_id), 303)
    if not form.validate_on_submit():
        return _elsewhere_page(entry, client, form, status_of(form))
    try:
        confirm_password(form.password.data or "")
    except (InvalidCredentials, TooManyTries) as refusal:
        db.session.commit()  # the try counts
        status, headers = refuse_beside(form.password, refusal)
        response = _elsewhere_page(entry, client, form, status)
        response.headers.extend(headers)
        return response
    return _register(entry, client, sent)


def _repairable(request_id: str) -> tuple[LogEntry, Client, str]:
    entry = reading.find_entry(request_id)
    client = _readable_client(entry)
    if entry is None or client is None or entry.redirect_uri is None:
        abort(404)
    return entry, client, entry.redirect_uri


def _register(entry: LogEntry, client: Client, sent: str) -> BaseResponse:
    try:
        add_redirect_uri(client, sent, actor_id=current_user.id, by_administrator=current_user.is_admin)
    except ClientRefused as refusal:
        problems = [wording.explain(problem) for problem in refusal.problems]
        return _page(entry, entry.request_id, problems)
    db.session.commit()
    flash(_("The redirect URI is registered."), "ok")
    return redirect(url_for("diagnostics_failure.show", request_id=entry.request_id))


def _elsewhere_page(entry: LogEntry, client: Client, form: PasswordForm, status: int) -> Response:
    sent = entry.redirect_uri or ""
    page = render_template(
        "diagnostics/repair.html", entry=entry, client=client, sent=sent, place=place_of(sent), form=form
    )
    return _unlisted(page, status)


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
        is_of_nobody=_is_of_nobody(entry),
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
        "elsewhere": leads_elsewhere(client, sent),
    }


def _readable_client(entry: LogEntry | None) -> Client | None:
    if entry is None or entry.row.client_id is None or not current_user.is_authenticated:
        return None
    return find_readable_client(entry.row.client_id, current_user)


def _is_of_nobody(entry: LogEntry) -> bool:
    """Whether no app was found by what was sent: no owner could explain it, and /oauth/authorize tells as much."""
    return entry.row.client_id is None and entry.cause in OF_NOBODY


def _is_administrator() -> bool:
    return current_user.is_authenticated and current_user.is_admin


def _unlisted(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    return response
