"""Bearer tokens, :rfc:`6750`: where a request of a resource of ours carries one, and how a refusal is worded."""

from dataclasses import dataclass

from flask import request

from ...authentication.methods import TWO_FACTORS
from ...diagnostics import causes, request_log
from ...extensions import settings
from ..refusals import Refused
from ..tokens.access_tokens import ActiveToken
from . import attribution
from .endpoint import FORM

# What is wrong with the request itself is said; why a token is not valid is told to the app's owner only.
_SAID = (
    causes.TOKEN_MISSING,
    causes.TOKEN_SENT_TWICE,
    causes.SCOPE_INSUFFICIENT,
    causes.BODY_TOO_LARGE,
    causes.AUTHENTICATION_INSUFFICIENT,
)


@dataclass(frozen=True, slots=True)
class Worded:
    """A refusal as whoever asks may read it."""

    status: int
    error: str
    description: str
    challenge: str
    """For ``WWW-Authenticate``."""


def sent_token(*, form_too: bool = False) -> str:
    """Return the token of the header, or with ``form_too`` of a form body; never of the query. Raises :class:`Refused`.

    :rfc:`6750#section-2.1` and section 2.2.
    """
    in_header = _header()
    in_body = request.form.getlist("access_token") if form_too and _has_form() else []
    places = ["Authorization"] * (in_header is not None) + ["body"] * len(in_body)
    if len(places) > 1:
        raise Refused(causes.TOKEN_SENT_TWICE, places=places)
    token = in_body[0] if in_body else in_header
    if not token:
        raise Refused(causes.TOKEN_MISSING)
    return token


def header_token() -> str:
    """Return the token of the header, also when another one stands in the body; "" where there is none."""
    return _header() or ""


def refuse(refusal: Refused, token: str) -> Worded:
    """Write the refusal into the log of the app whose ``token`` it seems to be, and word it.

    Without a token the challenge carries no error (:rfc:`6750#section-3.1`).
    """
    cause = refusal.cause
    error = str(cause.error) if cause in _SAID else "invalid_token"
    attribution.attribute(cause, token)
    request_log.refused(cause, as_error=error, **refusal.facts)
    if cause not in _SAID:
        return Worded(401, error, causes.INVALID_TOKEN, _challenge(error, causes.INVALID_TOKEN))
    if cause is causes.TOKEN_MISSING:
        return Worded(cause.status, error, cause.public, challenge())
    return Worded(cause.status, error, cause.public, _challenge(error, cause.public) + _asks_for(refusal))


def check_strength(token: ActiveToken) -> None:
    """Refuse a token of a sign-in that is not strong enough for its app any more, :rfc:`9470`. Raises :class:`Refused`."""
    if token.is_too_weak:
        raise Refused(
            causes.AUTHENTICATION_INSUFFICIENT, acr=str(token.claims.get("acr")), needed=TWO_FACTORS
        )


def challenge() -> str:
    """Return what a 401 must carry (:rfc:`6750#section-3`)."""
    return f'Bearer realm="{settings.issuer}"'


def _challenge(error: str, description: str) -> str:
    return f'{challenge()}, error="{error}", error_description="{description}"'


def _asks_for(refusal: Refused) -> str:
    """Return what the challenge names, so that a client knows what to ask for (:rfc:`6750#section-3`, :rfc:`9470#section-3`)."""
    names = {causes.SCOPE_INSUFFICIENT: "scope", causes.AUTHENTICATION_INSUFFICIENT: "acr_values"}
    name = names.get(refusal.cause)
    return f', {name}="{refusal.facts["needed"]}"' if name else ""


def _header() -> str | None:
    """Return what stands behind ``Bearer``; None where the header has another scheme."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _has_form() -> bool:
    return request.content_type is not None and request.mimetype == FORM
