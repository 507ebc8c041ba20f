"""What mails are for, and what keeps them, in plain words."""

from collections.abc import Mapping
from smtplib import SMTPRecipientsRefused
from ssl import SSLCertVerificationError

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from .refusals import MailServerLacks, NotAMail

WORDS: Mapping[str, LazyString] = {
    "account_deleted": _l("The account was deleted"),
    "app_deleted": _l("An app was deleted"),
    "app_ends": _l("An app ends"),
    "app_full": _l("An app has as many people as it may have"),
    "app_handed_over": _l("An app was handed over"),
    "app_offered": _l("An app was offered"),
    "app_given_away": _l("An app went to somebody else"),
    "offer_declined": _l("The offer of an app was declined"),
    "email_changed": _l("The email address was changed"),
    "email_given_back": _l("The change of the email address was undone"),
    "email_taken_back": _l("The change of the email address was undone"),
    "password_changed": _l("The password was changed"),
    "answer_reset_request": _l("Request for a new password"),
    "invitation": _l("Invitation to create an account"),
    "reset_password": _l("Link for a new password"),
    "tell_of_end": _l("The end of an app, to everybody who uses it"),
    "set_password": _l("Link for the first password"),
    "introspection_changed": _l("What an app may introspect was changed"),
    "new_administrator": _l("A new administrator"),
    "new_browser": _l("A sign-in with a new browser"),
    "redirect_uris_changed": _l("The redirect URIs of an app were changed"),
    "passkey_added": _l("A passkey was added"),
    "passkey_added_unasked": _l("A passkey was added"),
    "passkey_removed": _l("A passkey was removed"),
    "passkey_copied": _l("A passkey was disabled"),
    "pkce_optional": _l("PKCE is optional for an app now"),
    "secret_added": _l("An app got a new secret"),
    "secret_revealed": _l("A secret of an app was shown"),
    "secrets_replaced": _l("The secrets of an app were replaced"),
    "team_invitation": _l("Invitation to a team"),
    "team_inherited": _l("A team needed an owner"),
    "team_new_owner": _l("A new owner of a team"),
    "team_removed": _l("Somebody was removed from a team"),
    "team_role_changed": _l("A role in a team was changed"),
    "session_copied": _l("A copy of a sign-in cookie was used"),
    "verify_email": _l("Link to confirm the email address"),
}


def template_in_words(template: str) -> str:
    """What a mail of this template is for; the bare name where there are no words yet."""
    return str(WORDS.get(template, template))


def trouble_in_words(error: Exception) -> str:
    """Say what went wrong, without the server's own words: those may repeat addresses or content."""
    if isinstance(error, SSLCertVerificationError):
        return f"{type(error).__name__}: {error.verify_message}"  # the words of our own TLS library
    if isinstance(error, NotAMail | MailServerLacks):
        return f"{type(error).__name__}: {error}"  # our own words
    code = getattr(error, "smtp_code", getattr(error, "status", None))
    if isinstance(error, SMTPRecipientsRefused):
        ((code, _text),) = error.recipients.values()  # every mail has one
    told = f" {code}" if code is not None else ""
    return f"{type(error).__name__}{told}"
