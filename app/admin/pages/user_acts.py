"""What administrators do to people's accounts; the rules are those of users, authentication and account."""

from collections.abc import Iterator

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user

from ...account.recovery import send_password_link
from ...account.registration import confirm_email as take_as_confirmed
from ...authentication.access import recent_sign_in
from ...authentication.sessions import sign_out_everywhere
from ...clients.care import list_left_by, list_used_by_others
from ...extensions import settings
from ...users import accounts, administrators, pictures
from ...users.models import User
from ...users.refusals import UserUnknown
from . import user_act_words as words
from .acts import Target, confirm_and_do

blueprint = Blueprint("admin_user_acts", __name__)


@blueprint.route("/admin/users/<user_id>/block", methods=["GET", "POST"])
@recent_sign_in
def block(user_id: str) -> ResponseReturnValue:
    """End everything of this person and refuse their sign-ins."""
    user = somebody_else(user_id)
    return confirm_and_do(words.BLOCK, _target(user), lambda: accounts.block(user, by=current_user.id))


@blueprint.route("/admin/users/<user_id>/unblock", methods=["GET", "POST"])
@recent_sign_in
def unblock(user_id: str) -> ResponseReturnValue:
    """Let this person sign in again."""
    user = present_person(user_id)
    return confirm_and_do(words.UNBLOCK, _target(user), lambda: accounts.unblock(user, by=current_user.id))


@blueprint.route("/admin/users/<user_id>/confirm-email", methods=["GET", "POST"])
@recent_sign_in
def confirm_email(user_id: str) -> ResponseReturnValue:
    """Take the address as confirmed: the one that the administrator read, should it change meanwhile."""
    user = present_person(user_id)
    target = Target(user.email or "", _target(user).page)
    read = request.form.get("read", "")
    return confirm_and_do(
        words.CONFIRM_EMAIL, target, lambda: take_as_confirmed(user, read, by=current_user.id)
    )


@blueprint.route("/admin/users/<user_id>/end-sessions", methods=["GET", "POST"])
@recent_sign_in
def end_sessions(user_id: str) -> ResponseReturnValue:
    """Sign this person out on all devices."""
    user = somebody_else(user_id)
    return confirm_and_do(
        words.END_SESSIONS, _target(user), lambda: sign_out_everywhere(user, by=current_user.id) > 0
    )


@blueprint.route("/admin/users/<user_id>/password-link", methods=["GET", "POST"])
@recent_sign_in
def password_link(user_id: str) -> ResponseReturnValue:
    """Email this person, in their language, a link that sets a password."""
    user = present_person(user_id)
    return confirm_and_do(
        words.PASSWORD_LINK,
        _target(user),
        lambda: send_password_link(
            user, by=current_user.id, issuer=settings.issuer, locale=settings.default_locale
        ),
    )


@blueprint.route("/admin/users/<user_id>/remove-picture", methods=["GET", "POST"])
@recent_sign_in
def remove_picture(user_id: str) -> ResponseReturnValue:
    """Remove this person's picture."""
    user = present_person(user_id)
    return confirm_and_do(
        words.REMOVE_PICTURE, _target(user), lambda: pictures.remove_picture(user, by=current_user.id)
    )


@blueprint.route("/admin/users/<user_id>/appoint", methods=["GET", "POST"])
@recent_sign_in
def appoint(user_id: str) -> ResponseReturnValue:
    """Make this person an administrator."""
    user = present_person(user_id)
    return confirm_and_do(
        words.APPOINT, _target(user), lambda: administrators.appoint(user, by=current_user.id)
    )


@blueprint.route("/admin/users/<user_id>/dismiss", methods=["GET", "POST"])
@recent_sign_in
def dismiss(user_id: str) -> ResponseReturnValue:
    """Let this person be an administrator no longer."""
    user = somebody_else(user_id)
    return confirm_and_do(
        words.DISMISS, _target(user), lambda: administrators.dismiss(user, by=current_user.id)
    )


@blueprint.route("/admin/users/<user_id>/delete", methods=["GET", "POST"])
@recent_sign_in
def delete(user_id: str) -> ResponseReturnValue:
    """Delete this person's account, once their username is typed."""
    user = somebody_else(user_id)
    return confirm_and_do(
        words.DELETE,
        _target(user),
        lambda: accounts.delete(user, by=current_user.id),
        type_name=True,
        then=url_for("admin_users.index"),
        consequences=list(_lost_with(user)),
    )


def _lost_with(user: User) -> Iterator[str]:
    used = len(list_used_by_others(user.id))
    others = len(list_left_by(user.id)) - used
    if others:
        yield ngettext(
            "One app of this person is deleted with the account.",
            "%(num)d apps of this person are deleted with the account.",
            others,
        )
    if used:
        yield ngettext(
            "One app of theirs that other people use stays, without an owner and in your care.",
            "%(num)d apps of theirs that other people use stay, without an owner and in your care.",
            used,
        )


def present_person(user_id: str) -> User:
    """The person that a page is about; a 404 where there is nobody, or nobody any more."""
    try:
        user = accounts.get_user(user_id)
    except UserUnknown:
        abort(404)
    if user.deleted_at is not None:
        abort(404)
    return user


def somebody_else(user_id: str) -> User:
    """Nobody is offered this for their own account; who asks for it by hand finds nothing."""
    user = present_person(user_id)
    if user.id == current_user.id:
        abort(404)
    return user


def _target(user: User) -> Target:
    return Target(user.username, url_for("admin_users.show", user_id=user.id))
