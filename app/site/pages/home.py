"""The start page."""

from flask import Blueprint, render_template

from ...authentication.access import public
from ..templating import signed_in_person

blueprint = Blueprint("site_home", __name__)


@blueprint.get("/")
@public
def start() -> str:
    """What this portal is, for strangers; where to go, for those who are signed in."""
    person = signed_in_person()
    if person is None:
        return render_template("site/welcome.html")
    return render_template("site/start.html", person=person)
