"""Invitations: asking somebody to create an account, and what becomes of it."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField
from wtforms.validators import InputRequired

from ...account import invitations
from ...account.models import EmailLink
from ...account.refusals import RegistrationClosed, TooManyMessages
from ...authentication.access import recent_sign_in
from ...database.rows import db
from ...extensions import settings
from ...forms import status_of
from ...users.directory import usernames
from ...users.refusals import EmailRefused, EmailTaken
from .listing import read_page
from .new_user_words import tell_refusal

blueprint = Blueprint("admin_invitations", __name__)


class InvitationForm(FlaskForm):
    """Who is invited."""

    email = EmailField(_l("Email address"), [InputRequired(_l("Please enter the person's email address."))])
    admin = BooleanField(_l("Administrator"))


@blueprint.route("/admin/users/invitations", methods=["GET", "POST"])
@recent_sign_in
def index() -> ResponseReturnValue:
    """The open invitations, the newest first, and a form for another one."""
    form = InvitationForm()
    if form.validate_on_submit():
        try:
            return _invite(form.email.data or "", is_admin=form.admin.data)
        except (EmailRefused, EmailTaken) as refusal:
            db.session.rollback()
            tell_refusal(form, refusal)
        except (RegistrationClosed, TooManyMessages) as refusal:
            db.session.rollback()
            form.email.errors = [_why_not(refusal)]
    page = read_page(invitations.list_open(), [EmailLink.id])
    return render_template(
        "admin/users/invitations.html",
        form=form,
        page=page,
        inviting=usernames([invitation.invited_by for invitation in page.entries]),
        closed=settings.registration == "closed",
    ), status_of(form)


@blueprint.post("/admin/users/invitations/<invitation_id>/send")
@recent_sign_in
def send(invitation_id: str) -> ResponseReturnValue:
    """Send an invitation once more, with a new link; the one before works no longer."""
    invitation = _get_open(invitation_id)
    try:
        return _invite(invitation.email or "", is_admin=invitation.appoints)
    except (RegistrationClosed, TooManyMessages) as refusal:
        why = _why_not(refusal)
    except EmailTaken:
        why = _("This person has an account by now.")
    except EmailRefused:
        why = _("No email can be sent to this address. Please invite the person by another one.")
    db.session.rollback()
    flash(why, "danger")
    return redirect(url_for("admin_invitations.index"), 303)


@blueprint.post("/admin/users/invitations/<invitation_id>/take-back")
@recent_sign_in
def take_back(invitation_id: str) -> ResponseReturnValue:
    """End an invitation, so that nobody can accept it."""
    invitation = _get_open(invitation_id)
    useful = invitations.take_back(invitation, current_user.id)
    db.session.commit()
    if useful:
        flash(_("The invitation of %(email)s is taken back.", email=invitation.email), "ok")
    else:
        flash(_("There was nothing to do. Somebody may have been faster."), "warn")
    return redirect(url_for("admin_invitations.index"), 303)


def _invite(email: str, *, is_admin: bool) -> ResponseReturnValue:
    address = invitations.send_invitation(
        email,
        mode=settings.registration,
        by=current_user.id,
        is_admin=is_admin,
        locale=settings.default_locale,
    )
    db.session.commit()
    flash(_("The invitation is on its way to %(email)s.", email=address), "ok")
    return redirect(url_for("admin_invitations.index"), 303)


def _get_open(invitation_id: str) -> EmailLink:
    invitation = invitations.find_open(invitation_id)
    if invitation is None:
        abort(404)
    return invitation


def _why_not(refusal: RegistrationClosed | TooManyMessages) -> str:
    if isinstance(refusal, TooManyMessages):
        return _(
            "Several invitations went to this address within an hour. Please wait before you send another one."
        )
    return _(
        "Nobody can accept an invitation here, since REGISTRATION is “closed”. Create the account instead."
    )
