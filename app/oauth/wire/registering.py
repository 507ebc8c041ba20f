"""The edge of registration and its management: JSON and a bearer token in, one transaction, JSON out for every web page."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException

from ...authentication.access import for_programs
from ...database.rows import db
from ...database.trouble import again_if_lost, undo
from ...diagnostics import causes, request_log
from ...network_limits import LimitReached
from ..refusals import Refused
from . import bearer, cross_origin, endpoint

ENDPOINT = "register"  # in the log
View = Callable[..., Response]

# These challenges say that there was no token, :rfc:`6750#section-3.1`.
_NO_TOKEN = (causes.INITIAL_TOKEN_MISSING, causes.TOKEN_MISSING)


def registering(view: View) -> View:
    """Make a view of a function from the values of the address to its answer.

    What it raises as :class:`Refused` is answered as :rfc:`7591#section-3.2.2` asks, and nothing is written then.
    """

    @for_programs
    @wraps(view)
    def edge(**values: Any) -> Response:
        request_log.begin(ENDPOINT)
        response = _answer(view, values)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Pragma"] = "no-cache"
        request_log.finish(response.status_code)
        return cross_origin.allow_everybody(response)

    return edge


def _answer(view: View, values: dict[str, Any]) -> Response:
    try:
        return again_if_lost(lambda: _run(view, values), start_over=lambda _error: undo())
    except Refused as refusal:
        return _refuse(refusal)
    except LimitReached as reached:
        limit, wait = reached.limit.item, reached.seconds
        facts = {"limit": limit.amount, "seconds": limit.get_expiry()}
        return _refuse(Refused(causes.RATE_LIMITED, redirect_uri=None, retry_after=wait, **facts))
    except HTTPException as error:
        is_too_large = error.code == 413
        return _refuse(endpoint.unreadable(error) if is_too_large else Refused(causes.REGISTRATION_NOT_JSON))
    except Exception as error:  # not the fault of whoever asks
        undo()
        return endpoint.unavailable(error)


def _run(view: View, values: dict[str, Any]) -> Response:
    response = view(**values)
    db.session.commit()
    return response


def _refuse(refusal: Refused) -> Response:
    undo()
    if refusal.cause is causes.REGISTRATION_NOT_JSON:
        refusal.facts["content_type"] = request.mimetype[:100]
    response = endpoint.refuse(refusal)
    if refusal.cause.status == 401:
        challenge = bearer.challenge()
        if refusal.cause not in _NO_TOKEN:
            challenge += f', error="{refusal.cause.error}"'
        response.headers["WWW-Authenticate"] = challenge
    return response
