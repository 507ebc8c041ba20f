"""How a page with a form answers a network that has had its share, or anybody while the portal is busy."""

from flask_wtf import FlaskForm

from ...authentication.wording import why_busy
from ...network_limits import LimitReached
from ...users.passwords import HashingBusy
from ..wording import why_limited


def refuse(form: FlaskForm, error: LimitReached | HashingBusy) -> tuple[int, dict[str, str]]:
    """Say above ``form``, which keeps what was typed, when to come back; return status and headers of the answer."""
    form.form_errors.append(why_limited(error) if isinstance(error, LimitReached) else why_busy())
    return error.code, {"Retry-After": str(error.seconds)}
