"""What mails are for, and what keeps them, in plain words."""

from collections.abc import Mapping
from ssl import SSLCertVerificationError

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from .refusals import NotAMail

WORDS: Mapping[str, LazyString] = {
    "email_changed": _l("The e-mail address was changed"),
    "email_given_back": _l("The change of the e-mail address was taken back"),
    "email_taken_back": _l("The change of the e-mail address was taken back"),
    "password_changed": _l("The password was changed"),
    "answer_reset_request": _l("Request for a new password"),
    "reset_password": _l("Link for a new password"),
    "set_password": _l("Link for the first password"),
    "verify_email": _l("Link to confirm the e-mail address"),
}


def template_in_words(template: str) -> str:
    """What a mail of this template is for; the bare name where there are no words yet."""
    return str(WORDS.get(template, template))


def trouble_in_words(error: Exception) -> str:
    """Say what went wrong, without the server's own words: those may repeat addresses or content."""
    if isinstance(error, SSLCertVerificationError):
        return f"{type(error).__name__}: {error.verify_message}"  # the words of our own TLS library
    if isinstance(error, NotAMail):
        return f"{type(error).__name__}: {error}"  # our own words
    code = getattr(error, "smtp_code", getattr(error, "status", None))
    told = f" {code}" if code is not None else ""
    return f"{type(error).__name__}{told}"
