"""Emails that wait to leave: to whom, what for, since when. What they say is nobody's business here."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import EmailField
from wtforms.validators import InputRequired

from ... import network_limits
from ...account.pages import limited
from ...account.wording import tell
from ...audit import EventKind, record
from ...authentication.access import recent_sign_in
from ...clock import now
from ...database.rows import db
from ...forms import REFUSED, status_of
from ...notifications import outbox
from ...notifications.addresses import masked
from ...notifications.models import OutgoingMail
from ...notifications.refusals import MailNotConfigured, MailNotWaiting
from ...notifications.trial import try_mail
from ...notifications.wording import template_in_words
from ...users.names import check_email
from ...users.refusals import EmailRefused
from .listing import read_page

blueprint = Blueprint("admin_mails", __name__)


PATIENCE = 10  # seconds for each answer of the mail server: somebody waits for the page


class TestMailForm(FlaskForm):
    """To whom the test email goes."""

    email = EmailField(_l("Email address"), [InputRequired(_l("Please enter an email address."))])


@blueprint.get("/admin/mails")
def index() -> str:
    """The outbox, the email that waits longest first."""
    return _show(TestMailForm(email=current_user.email))


@blueprint.post("/admin/mails/test")
def send_test() -> ResponseReturnValue:
    """Send one email now, past the outbox, and say what the mail server answers."""
    form = TestMailForm()
    status, headers = status_of(form), dict[str, str]()
    if form.validate_on_submit():
        try:
            to = check_email(form.email.data or "")
            network_limits.count(network_limits.TEST_MAILS, request.remote_addr)
            return _try(to)
        except EmailRefused as refusal:
            tell(form, refusal)
            status = REFUSED
        except network_limits.LimitReached as reached:
            status, headers = limited.refuse(form, reached)
    return _show(form), status, headers


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


def _show(form: TestMailForm) -> str:
    return render_template(
        "admin/mails/index.html",
        page=read_page(outbox.list_queued(), [OutgoingMail.id], descending=False),
        waiting=outbox.count_waiting(),
        form=form,
        in_words=template_in_words,
        recipient_of=outbox.recipient_of,
        is_being_sent=outbox.is_being_sent,
        moment=now(),
    )


def _try(to: str) -> ResponseReturnValue:
    try:
        trial = try_mail(to, str(get_locale()), PATIENCE)
    except MailNotConfigured:
        flash(_("Emails cannot leave: set MAIL_URL to your mail server."), "danger")
        return redirect(url_for("admin_mails.index"), 303)
    record(EventKind.MAIL_TESTED, current_user.id, current_user.id, email=masked(to), sent=trial.sent)
    db.session.commit()
    if trial.sent:
        flash(_("Sent to %(to)s. The server answered: %(answer)s", to=to, answer=trial.answer), "ok")
    elif trial.advice is None:
        flash(_("Not sent, since MAIL_URL is not set, but kept in %(path)s", path=trial.answer), "warn")
    else:
        told = _("The email was not sent: %(answer)s.", answer=trial.answer)
        flash(f"{told} {trial.advice}", "danger")
    return redirect(url_for("admin_mails.index"), 303)


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
