"""What one click of the owner changes so that a request like this one succeeds the next time."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from ...authentication.access import ask_for_password, has_recent_sign_in
from ...authentication.administration import may_administer
from ...authentication.pages.reauthentication import PasswordForm
from ...authentication.pages.refused import refuse_beside
from ...authentication.refusals import InvalidCredentials, TooManyTries
from ...authentication.step_up import confirm_password
from ...clients import wording
from ...clients.models import Client
from ...clients.redirect_uris import place_of
from ...clients.refusals import ClientRefused
from ...database.rows import db
from ...forms import status_of
from .. import causes
from ..owners import may_change
from ..repairs import add_redirect_uri, leads_elsewhere, make_pkce_optional
from ..request_log import reading
from ..request_log.reading import LogEntry
from .failure import page_of, readable_client, unlisted

blueprint = Blueprint("diagnostics_repair", __name__)


@blueprint.post("/failures/<request_id>/repair")
def repair(request_id: str) -> BaseResponse:
    """Do what the page of the failure offers its owner."""
    entry, client = _readable(request_id)
    if entry.cause is causes.PKCE_REQUIRED:
        return _make_pkce_optional(entry, client)
    sent = _sent_uri(entry)
    if leads_elsewhere(client, sent):
        return redirect(url_for("diagnostics_repair.repair_elsewhere", request_id=request_id), 303)
    return _register(entry, client, sent)


@blueprint.route("/failures/<request_id>/repair/elsewhere", methods=["GET", "POST"])
def repair_elsewhere(request_id: str) -> BaseResponse:
    """Register a redirect URI of a host that the app has none of yet: the host stands alone, the password is asked."""
    entry, client = _readable(request_id)
    sent = _sent_uri(entry)
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


def _readable(request_id: str) -> tuple[LogEntry, Client]:
    entry = reading.find_entry(request_id)
    client = readable_client(entry)
    if entry is None or client is None or not may_change(client, current_user):
        abort(404)
    return entry, client


def _sent_uri(entry: LogEntry) -> str:
    return entry.redirect_uri or abort(404)


def _register(entry: LogEntry, client: Client, sent: str) -> BaseResponse:
    try:
        add_redirect_uri(
            client, sent, actor_id=current_user.id, by_administrator=may_administer(current_user)
        )
    except ClientRefused as refusal:
        return _refused(entry, refusal)
    db.session.commit()
    flash(_("The redirect URI is registered."), "ok")
    return redirect(url_for("diagnostics_failure.show", request_id=entry.request_id))


def _make_pkce_optional(entry: LogEntry, client: Client) -> BaseResponse:
    page = url_for("diagnostics_failure.show", request_id=entry.request_id)
    if not has_recent_sign_in():
        return ask_for_password(page)
    try:
        make_pkce_optional(client, actor_id=current_user.id, by_administrator=may_administer(current_user))
    except ClientRefused as refusal:
        return _refused(entry, refusal)
    db.session.commit()
    return redirect(page)


def _refused(entry: LogEntry, refusal: ClientRefused) -> Response:
    return page_of(entry, entry.request_id, [wording.explain(problem) for problem in refusal.problems])


def _elsewhere_page(entry: LogEntry, client: Client, form: PasswordForm, status: int) -> Response:
    sent = entry.redirect_uri or ""
    page = render_template(
        "diagnostics/repair.html", entry=entry, client=client, sent=sent, place=place_of(sent), form=form
    )
    return unlisted(page, status)
