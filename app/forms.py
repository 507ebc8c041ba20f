"""What every page with a form answers."""

from datetime import timedelta

from flask_wtf import FlaskForm
from wtforms import SelectField

# A second click sends the same form again, and the browser shows the answer to that one: within this time it is the
# same request, where it brings the same.
SECOND_CLICK = timedelta(minutes=1)
REFUSED = 422  # understood, but not accepted; 401 would have to name an HTTP authentication scheme


def status_of(form: FlaskForm) -> int:
    """Return 422 where ``form`` was sent and is shown again since it was refused, 200 where it is only shown."""
    return REFUSED if form.is_submitted() else 200


def is_offered(field: SelectField) -> bool:
    """Whether what was asked for is one of the choices: an address can be typed."""
    return any(chosen for _value, _words, chosen, *_more in field.iter_choices())
