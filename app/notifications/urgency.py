"""Which mails leave first: what somebody waits for or must know, before what strangers can ask for in masses."""

from sqlalchemy import ColumnElement, case

from .models import OutgoingMail

# Ways back into an account, what was done to it, and codes that are valid for minutes; errands by their rule's name.
FIRST = (
    "answer_reset_request",
    "reset_password",
    "password_link",
    "set_password",
    "password_changed",
    "email_changed",
    "email_taken_back",
    "email_given_back",
    "confirm_mobile",
    "totp_set_up",
    "totp_replaced",
    "totp_removed",
    "recovery_codes_made",
    "recovery_code_used",
    "factors_reset",
    "answer_recovery_request",
    "recovery_asked",
    "recovery_begun",
    "recovery_soon",
    "recovery_over",
    "recovery_cancelled",
    "recovery_completed",
    "recovery_text",
    "session_copied",
    "new_browser",
    "passkey_added",
    "passkey_added_unasked",
    "passkey_removed",
    "passkey_copied",
    "new_administrator",
    "secret_added",
    "secret_revealed",
    "secrets_replaced",
    "redirect_uris_changed",
    "account_deleted",
    "app_deleted",
    "app_handed_over",
    "app_offered",
    "app_given_away",
    "pkce_optional",
    "introspection_changed",
    "team_removed",
    "team_role_changed",
    "team_inherited",
    "team_new_owner",
)
# Every registration makes one; an app that is full waits for an administrator anyway, one that ends has two weeks.
THEN = (
    "verify_email",
    "invitation",
    "team_invitation",
    "offer_declined",
    "app_full",
    "tell_of_end",
    "app_ends",
    "test_mail",
)


def order() -> ColumnElement[int]:
    """The place of a mail in the outbox, the lowest first; a mail that is not listed comes last."""
    return case((OutgoingMail.template.in_(FIRST), 0), (OutgoingMail.template.in_(THEN), 1), else_=2)
