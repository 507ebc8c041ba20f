"""Access tokens, :rfc:`6750` and :rfc:`9449#section-7`: where a request of a resource of ours carries one, and how a refusal is worded."""

from dataclasses import dataclass

from flask import request

from ...authentication.methods import TWO_FACTORS
from ...diagnostics import causes, request_log
from ...extensions import settings
from ..dpop import nonces
from ..refusals import Refused
from ..tokens.access_tokens import ActiveToken
from . import attribution, possession
from .endpoint import FORM

# What is wrong with the request itself is said; why a token is not valid is told to the app's owner only.
_SAID = (
    causes.TOKEN_MISSING,
    causes.TOKEN_SENT_TWICE,
    causes.SCOPE_INSUFFICIENT,
    causes.BODY_TOO_LARGE,
    causes.AUTHENTICATION_INSUFFICIENT,
    causes.TOKEN_BOUND,
    causes.TOKEN_NOT_BOUND,
)
_CHALLENGE = "WWW-Authenticate"
_OF_PROOFS = ("invalid_dpop_proof", "use_dpop_nonce")


@dataclass(frozen=True, slots=True)
class Sent:
    """An access token as it was sent: as ``DPoP``, so ``by_proof``, or as ``Bearer``."""

    token: str
    by_proof: bool = False


@dataclass(frozen=True, slots=True)
class Worded:
    """A refusal as whoever asks may read it."""

    status: int
    error: str
    description: str
    headers: dict[str, str]
    """``WWW-Authenticate``, and what else the answer tells."""


def sent_token(*, form_too: bool = False) -> Sent:
    """Return the token of the header, or with ``form_too`` of a form body; never of the query. Raises :class:`Refused`.

    :rfc:`6750#section-2.1` and section 2.2.
    """
    in_header = _header()
    in_body = request.form.getlist("access_token") if form_too and _has_form() else []
    places = ["Authorization"] * (in_header is not None) + ["body"] * len(in_body)
    if len(places) > 1:
        raise Refused(causes.TOKEN_SENT_TWICE, places=places)
    sent = Sent(in_body[0]) if in_body else in_header
    if sent is None or not sent.token:
        raise Refused(causes.TOKEN_MISSING)
    return sent


def header_token() -> str:
    """Return the token of the header, also when another one stands in the body; "" where there is none."""
    sent = _header()
    return sent.token if sent else ""


def refuse(refusal: Refused, token: str) -> Worded:
    """Write the refusal into the log of the app whose ``token`` it seems to be, and word it.

    Without a token the challenge carries no error (:rfc:`6750#section-3.1`).
    """
    cause = refusal.cause
    of_proof, is_said = cause.error in _OF_PROOFS, cause in _SAID
    error = str(cause.error) if of_proof or is_said else "invalid_token"
    attribution.attribute(cause, token)
    request_log.refused(cause, as_error=error, **refusal.facts)
    if cause is causes.TOKEN_MISSING:
        return Worded(cause.status, error, cause.public, {_CHALLENGE: challenge()})
    description = cause.public if of_proof or is_said else causes.INVALID_TOKEN
    headers = {_CHALLENGE: _challenge(error, description) + _asks_for(refusal)}
    if cause is causes.DPOP_NONCE_WANTED:
        headers[nonces.HEADER] = nonces.current_nonce()
    return Worded(cause.status if is_said else 401, error, description, headers)


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
    sent = _header()
    scheme = possession.challenge() if sent and sent.by_proof else challenge()
    return f'{scheme}, error="{error}", error_description="{description}"'


def _asks_for(refusal: Refused) -> str:
    """Return what the challenge names, so that a client knows what to ask for (:rfc:`6750#section-3`, :rfc:`9470#section-3`)."""
    names = {causes.SCOPE_INSUFFICIENT: "scope", causes.AUTHENTICATION_INSUFFICIENT: "acr_values"}
    name = names.get(refusal.cause)
    return f', {name}="{refusal.facts["needed"]}"' if name else ""


def _header() -> Sent | None:
    """Return what stands behind ``Bearer`` or ``DPoP``; None where the header has another scheme."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    scheme = scheme.lower()
    if scheme not in ("bearer", "dpop"):
        return None
    return Sent(token.strip(), by_proof=scheme == "dpop")


def _has_form() -> bool:
    return request.content_type is not None and request.mimetype == FORM
