"""The passkeys of somebody: listed, added, renamed, removed."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.validators import Length

from ...database.rows import db
from ...forms import status_of
from ..access import recent_second_factor
from ..devices import in_words
from ..factors import passkeys
from ..factors.authenticators import name_of
from ..factors.refusals import NoSuchPasskey
from ..models import LONGEST_PASSKEY_NAME, Passkey

blueprint = Blueprint("authentication_passkeys", __name__)


class NameForm(FlaskForm):
    """What the person calls a passkey."""

    name = StringField(
        _l("Name"),
        [Length(max=LONGEST_PASSKEY_NAME, message=_l("Please use at most 100 characters."))],
        [lambda text: " ".join((text or "").split())],
    )


@blueprint.get("/account/security/passkeys")
def show() -> str:
    """The list, and whether some may come unasked."""
    return render_template(
        "authentication/passkeys.html",
        passkeys_of_person=passkeys.list_passkeys(current_user.id),
        most=passkeys.MOST,
        shown_name=shown_name,
        keeper=lambda passkey: name_of(passkey.aaguid),
        device=in_words,
        are_wanted=passkeys.are_wanted_unasked(current_user.id),
    )


@blueprint.route("/account/security/passkeys/<passkey_id>", methods=["GET", "POST"])
def rename(passkey_id: str) -> Response | tuple[str, int]:
    """The page of one passkey, where it is renamed; somebody else's is a 404."""
    passkey = _own(passkey_id)
    form = NameForm(obj=passkey)
    if form.validate_on_submit():
        passkeys.rename(passkey, form.name.data or "")
        name = shown_name(passkey)
        db.session.commit()
        flash(_("The passkey is called “%(name)s” now.", name=name), "ok")
        return redirect(url_for(".show"), 303)
    page = render_template(
        "authentication/passkey.html", form=form, passkey=passkey, name=shown_name(passkey)
    )
    return page, status_of(form)


@blueprint.post("/account/security/passkeys/<passkey_id>/remove")
@recent_second_factor
def remove(passkey_id: str) -> Response:
    """Remove a passkey; from then on none comes unasked."""
    try:
        passkey = passkeys.remove(current_user, passkey_id)
    except NoSuchPasskey:
        abort(404)
    name = shown_name(passkey)
    db.session.commit()
    flash(_("The passkey “%(name)s” is removed. It no longer signs anybody in here.", name=name), "ok")
    return redirect(url_for(".show"), 303)


@blueprint.post("/account/security/passkeys/unasked/<choice>")
def choose(choice: str) -> Response:
    """Let passkeys come unasked after a sign-in by password, or not."""
    choices = {"on": passkeys.turn_on_unasked, "off": passkeys.turn_off_unasked}
    if choice not in choices:
        abort(404)
    choices[choice](current_user.id)
    db.session.commit()
    flash(_("Your choice is saved."), "ok")
    return redirect(url_for(".show"), 303)


def shown_name(passkey: Passkey) -> str:
    """What pages call it: the person's name for it, that of what keeps it, or the browser it was made with."""
    return passkey.name or name_of(passkey.aaguid) or in_words(passkey.device)


def _own(passkey_id: str) -> Passkey:
    try:
        return passkeys.get_passkey(current_user.id, passkey_id)
    except NoSuchPasskey:
        abort(404)
