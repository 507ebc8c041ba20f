"""What is kept of people and for how long."""

from flask import Blueprint, render_template
from flask_babel import get_locale

from ...authentication.access import public
from ...extensions import settings
from ..durations import in_words
from ..retention import KEPT, Kept

blueprint = Blueprint("privacy_kept", __name__)


@blueprint.get("/privacy")
@public
def show() -> str:
    """The page with everything that is kept, by the settings of this portal."""
    kept = [(each, _until(each)) for each in KEPT]
    return render_template("privacy/kept.html", kept=kept, privacy_url=settings.privacy_url)


def _until(kept: Kept) -> str:
    periods = kept.periods(settings)
    return str(kept.until) % {name: in_words(period, get_locale()) for name, period in periods.items()}
