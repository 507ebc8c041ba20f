"""Taking lost second factors from somebody: the one act that asks why."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from ...authentication.access import recent_sign_in
from ...authentication.factors import changes
from ...database.rows import db
from ...forms import status_of
from .user_acts import somebody_else

blueprint = Blueprint("admin_factor_acts", __name__)


class ReasonForm(FlaskForm):
    """Why; the person is told, and so is whoever reads the events."""

    reason = StringField(
        _l("Reason"),
        [
            DataRequired(_l("Please say why. The person reads it.")),
            Length(max=changes.LONGEST_REASON, message=_l("Please use at most %(max)d characters.")),
        ],
        filters=[lambda typed: " ".join((typed or "").split())],
    )


@blueprint.route("/admin/users/<user_id>/reset-factors", methods=["GET", "POST"])
@recent_sign_in
def reset_factors(user_id: str) -> ResponseReturnValue:
    """Let the password alone sign this person in again, once a reason is given."""
    user = somebody_else(user_id)
    form = ReasonForm()
    if not form.validate_on_submit():
        return render_template("admin/users/reset_factors.html", form=form, user=user), status_of(form)
    if changes.reset(user, form.reason.data or "", by=current_user.id):
        db.session.commit()
        flash(_("%(name)s signs in with the password alone now.", name=user.username), "ok")
    else:
        flash(_("There was nothing to do. Somebody may have been faster."), "warn")
    return redirect(url_for("admin_users.show", user_id=user.id), 303)
