"""Emails that wait to leave: to whom, what for, since when. What they say is nobody's business here."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from ...audit import EventKind, record
from ...authentication.access import recent_sign_in
from ...clock import now
from ...database.rows import db
from ...notifications import outbox
from ...notifications.models import OutgoingMail
from ...notifications.refusals import MailNotWaiting
from ...notifications.wording import template_in_words
from .listing import read_page

blueprint = Blueprint("admin_mails", __name__)


@blueprint.get("/admin/mails")
def index() -> str:
    """The outbox, the email that waits longest first."""
    page = read_page(outbox.list_queued(), [OutgoingMail.id], descending=False)
    return render_template(
        "admin/mails/index.html",
        page=page,
        in_words=template_in_words,
        recipient_of=outbox.recipient_of,
        is_being_sent=outbox.is_being_sent,
        moment=now(),
    )


@blueprint.post("/admin/mails/<mail_id>/send")
def send(mail_id: str) -> ResponseReturnValue:
    """Send a waiting email now instead of after its pause."""
    mail = _get_mail(mail_id)
    try:
        outbox.hurry(mail)
    except MailNotWaiting:
        return _too_late()
    return _done(
        EventKind.MAIL_HURRIED, mail, _("The email is tried again at once. Check again in a moment.")
    )


@blueprint.post("/admin/mails/<mail_id>/delete")
@recent_sign_in
def delete(mail_id: str) -> ResponseReturnValue:
    """Delete a waiting email, so that it is never sent."""
    mail = _get_mail(mail_id)
    try:
        outbox.drop(mail)
    except MailNotWaiting:
        return _too_late()
    return _done(EventKind.MAIL_DELETED, mail, _("The email is deleted; it was not sent."))


def _get_mail(mail_id: str) -> OutgoingMail:
    mail = outbox.find_queued(mail_id)
    if mail is None:
        abort(404)
    return mail


def _done(kind: EventKind, mail: OutgoingMail, message: str) -> ResponseReturnValue:
    to = outbox.recipient_of(mail)
    record(kind, current_user.id, current_user.id, email=to, template=mail.template, mail_id=mail.id)
    db.session.commit()
    flash(message, "ok")
    return redirect(url_for("admin_mails.index"))


def _too_late() -> ResponseReturnValue:
    db.session.rollback()
    flash(_("The email is being sent at this moment, or has just left."), "warn")
    return redirect(url_for("admin_mails.index"))
