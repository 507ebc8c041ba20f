"""Acts of administrators: each is a page that says what will happen, and a button that does it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from wtforms import StringField

from ...clients.refusals import PortalsOwnApp
from ...database.rows import db
from ...forms import status_of
from ...users.refusals import AmbiguousEmail, LastAdministrator, NotActive, OwnAccount


@dataclass(frozen=True)
class Act:
    """The words of an act; %(name)s is whom or what it is done to."""

    heading: LazyString
    explanation: LazyString
    button: LazyString
    done: LazyString
    grave: bool = False


@dataclass(frozen=True)
class Target:
    """Whom or what an act is done to: its name, and its page."""

    name: str
    page: str


class ActForm(FlaskForm):
    """Nothing but the button; ``confirm`` takes the name once more, where a slip would cost too much."""

    confirm = StringField(_l("Name"))


def confirm_and_do(
    act: Act,
    target: Target,
    perform: Callable[[], bool | None],
    *,
    type_name: bool = False,
    then: str | None = None,
    consequences: Sequence[str] = (),
) -> ResponseReturnValue:
    """Ask first; after the button ``perform`` it, commit, and go on to ``then`` or the page of the target.

    ``type_name`` asks for the name of the target, too; ``consequences`` say in numbers what goes with it.
    ``perform`` returns False where there was nothing to do.
    """
    form = ActForm()
    sent = form.validate_on_submit()
    if not sent or (type_name and (form.confirm.data or "").strip() != target.name):
        if sent:
            form.confirm.errors = [_("This is not the name. Type “%(name)s”.", name=target.name)]
        page = render_template(
            "admin/act.html", act=act, target=target, form=form, typed=type_name, consequences=consequences
        )
        return page, status_of(form)
    try:
        useful = perform() is not False
    except (AmbiguousEmail, LastAdministrator, OwnAccount, NotActive, PortalsOwnApp) as refusal:
        db.session.rollback()
        flash(_words(refusal), "danger")
        return redirect(target.page, 303)
    db.session.commit()
    if useful:
        flash(str(act.done) % {"name": target.name}, "ok")
    else:
        flash(_("There was nothing to do. Somebody may have been faster."), "warn")
    return redirect(then or target.page if useful else target.page, 303)


def _words(refusal: Exception) -> str:
    if isinstance(refusal, LastAdministrator):
        return _("Without this person nobody could administer the portal. Appoint somebody else first.")
    if isinstance(refusal, OwnAccount):
        return _("This is your own account. Another administrator can do that.")
    if isinstance(refusal, PortalsOwnApp):
        return _("This app belongs to the portal itself and would come back. Disable it instead.")
    if isinstance(refusal, AmbiguousEmail):
        return _(
            "Some mail servers take this address for another one, so nobody can prove whose it is. "
            "The person has to give another one."
        )
    return _("This account is blocked. Unblock it first.")
