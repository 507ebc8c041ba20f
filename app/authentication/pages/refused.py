"""How a page answers a password that was refused."""

from wtforms import Field

from ...forms import REFUSED
from ..refusals import InvalidCredentials, TooManyTries
from ..wording import why_refused

TOO_MANY = 429


def refuse_beside(field: Field, refusal: InvalidCredentials | TooManyTries) -> tuple[int, dict[str, str]]:
    """Say beside ``field`` why its password was refused; return the status and the headers of the answer."""
    field.errors = [why_refused(refusal)]
    return status_and_headers(refusal)


def status_and_headers(refusal: InvalidCredentials | TooManyTries) -> tuple[int, dict[str, str]]:
    """Return 429 with ``Retry-After`` during a wait, 422 otherwise."""
    if isinstance(refusal, TooManyTries):
        return TOO_MANY, {"Retry-After": str(refusal.retry_after)}
    return REFUSED, {}
