"""What every page with a form answers."""

from flask_wtf import FlaskForm

REFUSED = 422  # understood, but not accepted; 401 would have to name an HTTP authentication scheme


def status_of(form: FlaskForm) -> int:
    """Return 422 where ``form`` was sent and is shown again since it was refused, 200 where it is only shown."""
    return REFUSED if form.is_submitted() else 200
