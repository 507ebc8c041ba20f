"""What mails are for, in plain words."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

WORDS: Mapping[str, LazyString] = {
    "email_changed": _l("The e-mail address was changed"),
    "password_changed": _l("The password was changed"),
    "answer_reset_request": _l("Request for a new password"),
    "reset_password": _l("Link for a new password"),
    "set_password": _l("Link for the first password"),
    "verify_email": _l("Link to confirm the e-mail address"),
}


def template_in_words(template: str) -> str:
    """What a mail of this template is for; the bare name where there are no words yet."""
    return str(WORDS.get(template, template))
