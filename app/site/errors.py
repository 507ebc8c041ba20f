"""What people and programs get when a request fails."""

from flask import Flask, Response, current_app, g, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DisconnectionError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable

from ..audit import EventKind, refused_requests
from ..crypto import Undecryptable
from ..database.trouble import undo
from ..diagnostics import causes, request_log
from ..expired_forms import has_page, page_before
from ..extensions import metrics, settings
from ..oauth.wire import attribution, cross_origin, endpoint
from ..process.metric_families import FORMS_REFUSED
from . import audiences, error_texts, rate_limiting

TRY_AGAIN_AFTER = 5  # seconds; about what a database needs to come back or a pool to empty
LIMIT_WITHOUT_A_TIME = 60  # seconds

# RFC 6749 section 5.2 has no codes for the rest: what is wrong with a request is invalid_request.
OAUTH_ERRORS = {
    401: "invalid_client",
    403: "access_denied",
    429: "temporarily_unavailable",
    500: "server_error",
    503: "temporarily_unavailable",
}


# Why: what no endpoint was asked about, and so none has told the log.
CAUSES = {
    405: causes.METHOD_NOT_ALLOWED,
    413: causes.BODY_TOO_LARGE,
    429: causes.RATE_LIMITED,
    500: causes.PORTAL_TROUBLE,
    503: causes.PORTAL_TROUBLE,
}


def configure(app: Flask) -> None:
    """Answer every failure of ``app`` with a page, or with JSON where programs ask."""
    app.register_error_handler(HTTPException, answer)
    for trouble in (OperationalError, InterfaceError, DisconnectionError, PoolTimeout):
        app.register_error_handler(trouble, _answer_without_database)
    app.register_error_handler(Undecryptable, _answer_without_secret)
    app.register_error_handler(DataError, _answer_unfit_value)


def answer(error: HTTPException) -> Response:
    """The answer to ``error``: its status and headers, and a body for whoever asked."""
    status = error.code or 500
    if isinstance(error, CSRFError):
        metrics.count(FORMS_REFUSED)
        refused_requests.note(EventKind.FORM_REFUSED)
    if status >= 500:
        g.without_database = True  # nothing on the error page may ask what has just failed
    if audiences.is_oauth(request.path):
        response = jsonify(_oauth_error(status))
    elif audiences.is_plain_json(request.path):
        response = jsonify(error=error_texts.code(status), message=error_texts.english(status))
    else:
        response = make_response(_page(error, status))
    response.status_code = status
    _add_headers(response, error)
    return cross_origin.allow_refusal(response)


def _page(error: HTTPException, status: int) -> str:
    text = error_texts.for_csrf() if isinstance(error, CSRFError) else error_texts.for_status(status)
    return render_template("site/error.html", text=text, status=status, again=_way_back(error))


def _oauth_error(status: int) -> dict[str, str]:
    """The fields of :rfc:`6749#section-5.2`; what is in no log has no page.

    Paths that nobody serves are in none: strangers would choose the names of its endpoints.
    """
    error, description = OAUTH_ERRORS.get(status, "invalid_request"), error_texts.english(status)
    cause = CAUSES.get(status)
    if cause is None or (status != 405 and request.url_rule is None):
        return {"error": error, "error_description": description}
    if cause is causes.METHOD_NOT_ALLOWED:
        attribution.attribute(cause)
    request_log.refused(cause, as_error=error, **_facts(status))
    return endpoint.error_fields(error, description)


def _facts(status: int) -> dict[str, object]:
    reached = rate_limiting.reached_limit()
    if status == 429 and reached is not None:
        wait = reached.seconds_to_wait()
        return {"limit": reached.amount, "seconds": reached.seconds, "retry_after": wait}
    return {"method": request.method[:20], "limit": request.max_content_length}


def _add_headers(response: Response, error: HTTPException) -> None:
    for name, value in error.get_headers():
        if name.lower() not in ("content-type", "content-length"):
            response.headers[name] = value
    if response.status_code == 429:
        response.headers.setdefault("Retry-After", str(_seconds_to_wait()))
    if response.status_code == 503:
        response.headers.setdefault("Retry-After", str(TRY_AGAIN_AFTER))


def _seconds_to_wait() -> int:
    reached = rate_limiting.reached_limit()
    return LIMIT_WITHOUT_A_TIME if reached is None else reached.seconds_to_wait()


def _way_back(error: HTTPException) -> str | None:
    """The page to try again: this one where it can be opened, or else the page its form was on."""
    if error.code == 421:
        return f"{settings.issuer}/"
    if request.method == "GET":
        return request.full_path.rstrip("?") if error.code in (429, 500, 503) and request.url_rule else None
    if has_page():
        return request.script_root + request.full_path.rstrip("?")
    return page_before()


def _answer_without_database(error: SQLAlchemyError) -> Response:
    # Only what the driver says: the statement and its parameters may hold what nobody should read.
    current_app.logger.error("The database is in trouble: %r", getattr(error, "orig", None) or type(error))
    undo()
    return answer(ServiceUnavailable())


def _answer_without_secret(error: Undecryptable) -> Response:
    """What the portal needs was sealed under another secret, as ``flask doctor`` tells: no fault of who asks."""
    current_app.logger.error("What was sealed cannot be opened with DATABASE_ENCRYPTION_SECRET: %s", error)
    undo()
    return answer(ServiceUnavailable())


def _answer_unfit_value(error: DataError) -> Response:
    """A value that no column takes, past a form that should have said so."""
    current_app.logger.warning("The database refused a value: %r", error.orig)
    undo()
    return answer(BadRequest())
