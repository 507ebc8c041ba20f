"""One's own data: to take along, and to delete."""

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older
from wtforms.validators import InputRequired

from ...audit import EventKind, record
from ...authentication import accounts_here, browser
from ...authentication.pages.refused import refuse_beside
from ...authentication.refusals import InvalidCredentials, TooManyTries
from ...authentication.step_up import confirm_password
from ...clients.care import NOTICE, list_left_by, list_used_by_others
from ...clock import now
from ...database.rows import db
from ...extensions import settings
from ...forms import REFUSED, status_of
from ...teams.heirs import list_heirs
from ...users.names import fold
from ...users.refusals import LastAdministrator
from .. import export
from ..leaving import AppsInUse, ChoiceNeeded, delete_own_account

blueprint = Blueprint("privacy_data", __name__)


class ExportForm(FlaskForm):
    """The password, since the file tells everything."""

    password = PasswordField(
        _l("Your password"), [InputRequired(_l("Enter your password."))], id="export-password"
    )


class DeleteForm(FlaskForm):
    """Password and username, so that nobody deletes an account by a slip, and what becomes of apps others use."""

    apps = RadioField(validate_choice=False)
    password = PasswordField(_l("Your password"), [InputRequired(_l("Enter your password."))])
    confirm = StringField(_l("Your username"), [InputRequired(_l("Enter your username."))])

    def ask_about(self, number: int) -> None:
        """Word the question for ``number`` apps."""
        self.apps.label.text = ngettext("What becomes of this app?", "What becomes of these apps?", number)
        goes_on = ngettext(
            "It goes on working, in the care of the people who run this portal",
            "They go on working, in the care of the people who run this portal",
            number,
        )
        ends = ngettext(
            "It ends after %(days)d days, and everybody who uses it is told",
            "They end after %(days)d days, and everybody who uses them is told",
            number,
            days=NOTICE.days,
        )
        self.apps.choices = [SelectChoice(AppsInUse.CARE, goes_on), SelectChoice(AppsInUse.END, ends)]

    def validate_apps(self, field: RadioField) -> None:
        """Refuse what is none of the choices."""
        if field.data and field.data not in list(AppsInUse):
            raise ValidationError(_("Choose one of these."))

    def validate_confirm(self, field: StringField) -> None:
        """Refuse another name than the person's own."""
        if fold(field.data or "") != current_user.username_key:
            raise ValidationError(
                _("This is not your username. Type “%(name)s”.", name=current_user.username)
            )


@blueprint.get("/account/data")
def show() -> str:
    """The page with what one can take along and what goes when one leaves."""
    return _page(ExportForm(formdata=None), DeleteForm(formdata=None))


@blueprint.route("/account/data/export", methods=["GET", "POST"])
def take_along() -> ResponseReturnValue:
    """Everything there is, as a JSON file that begins to arrive before it is read."""
    form = ExportForm()
    if not form.validate_on_submit():
        return _page(form, DeleteForm(formdata=None)), status_of(form)
    try:
        confirm_password(form.password.data or "")
    except (InvalidCredentials, TooManyTries) as refusal:
        db.session.commit()  # the try counts
        status, headers = refuse_beside(form.password, refusal)
        return _page(form, DeleteForm(formdata=None)), status, headers
    record(EventKind.DATA_EXPORTED, user_id=current_user.id, actor_id=current_user.id)
    user_id, account, moment = current_user.id, export.describe_account(current_user), now()
    db.session.commit()
    pieces = export.write(user_id, account, portal=settings.issuer, moment=moment)
    named = f'attachment; filename="pforte-{moment:%Y-%m-%d}.json"'
    headers = {"Content-Disposition": named, "Cache-Control": "no-store"}
    return Response(pieces, mimetype="application/json", headers=headers)


@blueprint.route("/account/data/delete", methods=["GET", "POST"])
def delete() -> ResponseReturnValue:
    """End the account at once, after its password and username."""
    form = DeleteForm()
    status, headers = status_of(form), dict[str, str]()
    if form.validate_on_submit():
        try:
            confirm_password(form.password.data or "")
            here = accounts_here.find_current()  # while its session is there
            delete_own_account(current_user, AppsInUse(form.apps.data) if form.apps.data else None)
        except (InvalidCredentials, TooManyTries) as refusal:
            db.session.commit()  # the try counts
            status, headers = refuse_beside(form.password, refusal)
        except (ChoiceNeeded, LastAdministrator) as refusal:
            db.session.rollback()
            status = _tell(form, refusal)
        else:
            browser.leave(here)
            db.session.commit()
            flash(_("Your account is deleted, and with it everything this portal knew of you."), "ok")
            return redirect(request.script_root + "/", 303)
    return _page(ExportForm(formdata=None), form), status, headers


def _tell(form: DeleteForm, refusal: ChoiceNeeded | LastAdministrator) -> int:
    """Say beside its field, or above the form, what has to be done first; return the status of the answer."""
    if isinstance(refusal, ChoiceNeeded):
        names = ", ".join(client.name for client, _people in list_used_by_others(current_user.id))
        told = _("Choose what becomes of the apps that other people use: %(names)s.", names=names)
        form.apps.errors = [told]
    else:
        form.form_errors = [_("Without you nobody could administer the portal. Appoint somebody else first.")]
    return REFUSED


def _page(export_form: ExportForm, delete_form: DeleteForm) -> str:
    used = list_used_by_others(current_user.id)
    in_use = {client.id for client, _people in used}
    delete_form.ask_about(len(used))
    return render_template(
        "privacy/data.html",
        export_form=export_form,
        form=delete_form if delete_form.errors else export_form,
        delete_form=delete_form,
        used=used,
        heirs=list_heirs(current_user),
        others=[client for client in list_left_by(current_user.id) if client.id not in in_use],
    )
