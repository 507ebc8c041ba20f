"""The devices somebody is signed in with."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from ...audit import EventKind, record
from ...extensions import db
from .. import browser, devices, lifetimes, sessions
from ..wording import say_signed_out

blueprint = Blueprint("authentication_sessions", __name__)


@blueprint.get("/account/sessions")
def show() -> str:
    """The list of devices, this one first and marked."""
    here = current_user.browser_session.id
    return render_template(
        "authentication/sessions.html",
        sessions=sorted(sessions.list_sessions(current_user.id), key=lambda row: row.id != here),
        current_id=here,
        describe=devices.describe,
        last_moment=lifetimes.last_moment,
    )


@blueprint.post("/account/sessions/<session_id>/end")
def end(session_id: str) -> Response:
    """Sign one device out; somebody else's is a 404."""
    if session_id == current_user.browser_session.id:
        return _sign_out_here()
    ended = sessions.end_session(current_user.id, session_id)
    if ended is None:
        abort(404)
    record(
        EventKind.DEVICE_SIGNED_OUT, user_id=current_user.id, actor_id=current_user.id, device=ended.device
    )
    device = devices.describe(ended)
    db.session.commit()
    flash(_("The device “%(device)s” is signed out.", device=device), "ok")
    return redirect(url_for(".show"), 303)


@blueprint.post("/account/sessions/end-others")
def end_others() -> Response:
    """Sign out every device but this one."""
    sessions.end_other_sessions(current_user.id, current_user.browser_session.id)
    record(EventKind.OTHER_DEVICES_SIGNED_OUT, user_id=current_user.id, actor_id=current_user.id)
    db.session.commit()
    flash(_("All other devices are signed out."), "ok")
    return redirect(url_for(".show"), 303)


def _sign_out_here() -> Response:
    name = current_user.shown_name
    record(EventKind.SIGNED_OUT, user_id=current_user.id, actor_id=current_user.id)
    other = browser.leave()
    db.session.commit()
    flash(say_signed_out([name], other.shown_name if other else None), "ok")
    return redirect(request.script_root + "/", 303)
