"""Signing keys: those that sign, will sign and still verify, and replacing them."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_timedelta
from flask_babel import gettext as _
from flask_login import current_user

from ...audit import EventKind, record
from ...authentication.access import recent_sign_in
from ...clock import now
from ...database.rows import db
from ...extensions import settings
from ...oauth.keys import ring, rotation
from ...oauth.models import SigningKey
from ...oauth.refusals import NextKeyTooNew

blueprint = Blueprint("admin_keys", __name__)


def _place(key: SigningKey) -> tuple[int, bool, bool]:
    """By algorithm: the current one, the next one, then those that only verify."""
    return ring.ALGORITHMS.index(key.alg), key.slot is None, key.signs_from is None


@blueprint.get("/admin/keys")
def index() -> str:
    """All keys: those that sign, those that will, those that still verify."""
    ring.current().refresh(force=True)
    return render_template(
        "admin/keys/index.html",
        keys=sorted(ring.list_keys(), key=_place),
        used=settings.access_token_alg,
        moment=now(),
    )


@blueprint.route("/admin/keys/rotate", methods=["GET", "POST"])
@recent_sign_in
def rotate() -> ResponseReturnValue:
    """Say what it means, and let the next keys sign."""
    if request.method != "POST":
        return render_template("admin/keys/rotate.html")
    try:
        promoted = rotation.rotate_keys(max(settings.access_token_ttl, settings.id_token_ttl))
    except NextKeyTooNew as refused:
        db.session.rollback()
        flash(_too_new(refused), "warn")
        return redirect(url_for("admin_keys.index"), 303)
    record(EventKind.KEY_ROTATED, current_user.id, current_user.id, kids=promoted)
    db.session.commit()
    ring.current().refresh(force=True)
    flash(_("The next keys sign from now on; every worker knows within half a minute."), "ok")
    return redirect(url_for("admin_keys.index"))


def _too_new(refused: NextKeyTooNew) -> str:
    wait = format_timedelta(timedelta(seconds=refused.wait), granularity="second", threshold=1.5)
    return _(
        "The next keys are too new: services may not know them yet. Please rotate in %(time)s.", time=wait
    )
