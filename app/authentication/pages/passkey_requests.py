"""What the script of the passkeys asks and gets: JSON, with the CSRF token in a header."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, jsonify, make_response, request, session
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import BadRequest, HTTPException, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.wrappers import Response

from ... import network_limits
from ...audit import EventKind, refused_requests
from ...database.rows import db
from ...extensions import metrics
from ...form_owners import FormOfAnother
from ...forms import REFUSED
from ...network_limits import FAILED_PASSKEYS, LimitReached
from ...process.metric_families import FORMS_REFUSED
from ..factors.refusals import PasskeyRefused, Reason
from ..refusals import AccountBlocked
from ..wording import wait_in_words, why_refused
from .passkey_wording import why_passkey_refused

LARGEST = 32 * 1024  # bytes of a body; an honest answer without attestation has less than three thousand
STATUS = {Reason.EXISTS: 409, Reason.TOO_MANY: 409}


def answer_errors_as_json(blueprint: Blueprint) -> None:
    """Let the script be told in its own form what else may be wrong with its requests."""
    blueprint.register_error_handler(CSRFError, _page_expired)
    blueprint.register_error_handler(FormOfAnother, _page_of_another)
    blueprint.register_error_handler(LimitReached, _too_many)
    for unreadable in (BadRequest, RequestEntityTooLarge, UnsupportedMediaType):
        blueprint.register_error_handler(unreadable, _unreadable)


def read_body() -> Mapping[str, Any]:
    """Return the object that the script sent."""
    request.max_content_length = LARGEST
    try:
        document = request.get_json()
    except RecursionError as error:  # brackets within brackets
        raise BadRequest from error
    if not isinstance(document, dict):
        raise BadRequest
    return document


def this_browser() -> str:
    """Return what only this browser's cookie knows, till a sign-in: its challenges are bound to it."""
    return str(session.get("csrf_token", ""))


def refuse(refusal: PasskeyRefused | AccountBlocked) -> Response:
    """Keep what was recorded of the refusal, count it for the network, and say why."""
    db.session.commit()
    network_limits.count(FAILED_PASSKEYS, request.remote_addr)
    if isinstance(refusal, AccountBlocked):
        return told("account_blocked", why_refused(refusal), REFUSED)
    return told(refusal.reason, why_passkey_refused(refusal.reason), STATUS.get(refusal.reason, REFUSED))


def told(error: str, message: str, status: int | None, **more: str) -> Response:
    """Return an error with a sentence for the person."""
    return make_response(jsonify(error=error, message=message, **more), status)


def _page_expired(error: CSRFError) -> Response:
    metrics.count(FORMS_REFUSED)
    refused_requests.note(EventKind.FORM_REFUSED)
    return told("page_expired", _("This page was open for too long. Please reload it."), error.code)


def _page_of_another(error: HTTPException) -> Response:
    sentence = _("This page was opened for another account than the one you use now. Please reload it.")
    return told("another_account", sentence, error.code)


def _too_many(reached: LimitReached) -> Response:
    sentence = _(
        "Too many passkeys from the network you use were refused. Please try again in %(time)s.",
        time=wait_in_words(reached.seconds),
    )
    response = told("too_many_requests", sentence, reached.code)
    response.headers["Retry-After"] = str(reached.seconds)
    return response


def _unreadable(error: HTTPException) -> Response:
    return told("bad_request", _("The browser has sent something that this portal cannot read."), error.code)
