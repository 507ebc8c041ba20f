"""Why an administrator cannot make an account or invite somebody, beside the field, with a way on."""

from flask import url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup

from ...account.wording import tell
from ...users import accounts
from ...users.refusals import EmailTaken, UsernameTaken


def tell_refusal(form: FlaskForm, refusal: Exception) -> None:
    """Put into words beside the right field of ``form`` why the rule refused; who has the name or address is a link."""
    if isinstance(refusal, EmailTaken):
        form["email"].errors = [_taken(form["email"].data or "", is_email=True)]
    elif isinstance(refusal, UsernameTaken):
        form["username"].errors = [_taken(form["username"].data or "", is_email=False)]
    else:
        tell(form, refusal)


def _taken(typed: str, *, is_email: bool) -> str | Markup:
    user = accounts.find_user(typed)
    if user is not None and user.blocked_at is not None and is_email:
        words = _("The account with this address is blocked. Unblock it, if the person may come back:")
    elif is_email:
        words = _("Somebody has an account with this address already:")
    else:
        words = _("This username is taken. Please choose another one. Its owner:")
    if user is None:
        return words.rstrip(":") + "."
    url = url_for("admin_users.show", user_id=user.id)
    return Markup('{} <a href="{}">{}</a>').format(words, url, user.username)
