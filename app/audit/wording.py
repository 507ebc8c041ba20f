"""Events in plain words, for the person they happened to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from .app_wording import APP_WORDS
from .belonging_wording import BELONGING_WORDS
from .events import EventKind
from .log_wording import kind_in_words
from .models import Event
from .team_wording import said_of_team

WORDS: Mapping[str, LazyString] = {
    EventKind.USER_REGISTERED: _l("You created this account."),
    EventKind.USER_CREATED: _l("An administrator created this account."),
    EventKind.USER_IMPORTED: _l("This account was taken over from an older service."),
    EventKind.USER_BLOCKED: _l("An administrator blocked this account."),
    EventKind.USER_UNBLOCKED: _l("An administrator opened this account again."),
    EventKind.USER_DELETED: _l("This account was deleted."),
    EventKind.ACCOUNT_RECLAIMED: _l(
        "You took this account over with its mailbox: what whoever made it had left was removed."
    ),
    EventKind.USER_INVITED: _l("You invited somebody."),
    EventKind.INVITATION_REVOKED: _l("You took an invitation back."),
    EventKind.ADMINISTRATOR_SET_UP: _l("You set this portal up as its first administrator."),
    EventKind.ADMINISTRATOR_APPOINTED: _l("You were made an administrator of this portal."),
    EventKind.ADMINISTRATOR_DISMISSED: _l("You are no longer an administrator of this portal."),
    EventKind.PROFILE_CHANGED: _l("You changed your profile."),
    EventKind.PICTURE_REMOVED: _l("An administrator removed your picture."),
    EventKind.DATA_EXPORTED: _l("You downloaded your data."),
    EventKind.EMAIL_CHANGE_ASKED: _l("You asked for another email address."),
    EventKind.EMAIL_CHANGED: _l("You changed your email address."),
    EventKind.EMAIL_RESTORED: _l("The change of your email address was undone."),
    EventKind.EMAIL_LOST: _l("Your email address now belongs to another account, which confirmed it."),
    EventKind.EMAIL_VERIFIED: _l("You confirmed your email address."),
    EventKind.MOBILE_VERIFIED: _l("You confirmed your mobile number."),
    EventKind.EMAIL_CONFIRMED: _l("An administrator confirmed your email address."),
    EventKind.PASSWORD_CHANGED: _l("You changed your password."),
    EventKind.PASSWORD_RESET_ASKED: _l("Somebody asked for a new password by email."),
    EventKind.PASSWORD_LINK_SENT: _l("An administrator sent you a link to choose a new password."),
    EventKind.PASSWORD_RESET: _l("You chose a new password with a link."),
    EventKind.RECOVERY_ASKED: _l("Somebody asked by email for the removal of lost second factors."),
    EventKind.RECOVERY_BEGUN: _l("The wait before your second factors are removed began."),
    EventKind.RECOVERY_CANCELLED: _l("The removal of your second factors was cancelled."),
    EventKind.RECOVERY_COMPLETED: _l("Your second factors were removed after the wait."),
    EventKind.SIGNED_IN: _l("You signed in."),
    EventKind.SIGN_IN_REFUSED: _l("A sign-in with a wrong password was refused."),
    EventKind.SIGN_IN_PAUSED: _l("After several wrong passwords, further tries were paused for a while."),
    EventKind.NETWORK_PAUSED: _l("Sign-ins from a network were paused for a while after many failed ones."),
    EventKind.SIGNED_OUT: _l("You signed out."),
    EventKind.DEVICE_SIGNED_OUT: _l("You signed a device out."),
    EventKind.OTHER_DEVICES_SIGNED_OUT: _l("You signed all other devices out."),
    EventKind.SESSION_COPIED: _l(
        "A copy of a cookie that kept you signed in was used. The device was signed out."
    ),
    EventKind.SIGNED_OUT_EVERYWHERE: _l("An administrator signed you out on all devices."),
    EventKind.PASSKEY_ADDED: _l("A passkey was added."),
    EventKind.PASSKEY_REMOVED: _l("You removed a passkey."),
    EventKind.PASSKEY_REFUSED: _l("A passkey that could not be verified was refused."),
    EventKind.PASSKEY_COPIED: _l("A copy of a passkey seems to have been used. The passkey was disabled."),
    EventKind.CODE_REFUSED: _l("A wrong code was refused, after the right password."),
    EventKind.TOTP_SET_UP: _l("You set up an authenticator app."),
    EventKind.TOTP_REPLACED: _l("You set up another authenticator app in place of the old one."),
    EventKind.TOTP_REMOVED: _l("You removed your authenticator app."),
    EventKind.RECOVERY_CODES_MADE: _l("You made new recovery codes."),
    EventKind.RECOVERY_CODE_USED: _l("You used a recovery code."),
    EventKind.FACTORS_RESET: _l(
        "An administrator removed your second factors and signed you out on all devices."
    ),
    **APP_WORDS,
    **BELONGING_WORDS,
    EventKind.SIGNED_IN_BY_APP: _l("An app signed you in with your password."),
    EventKind.DEVICE_ALLOWED: _l("You connected an app on a device by its code."),
    EventKind.DEVICE_DECLINED: _l("You declined an app on a device that asked with a code."),
    EventKind.KEY_ROTATED: _l("You replaced the signing key."),
    EventKind.ENCRYPTION_ROTATED: _l("You replaced the secret that everything is encrypted with."),
    EventKind.TOKENS_REPLAYED: _l("An app lost its access, since somebody used an old token of it again."),
    EventKind.TOKENS_REVOKED: _l("An app gave its access back."),
    EventKind.FORM_REFUSED: _l("A form that another site sent, or that had no CSRF token, was refused."),
    EventKind.ADMINISTRATION_REFUSED: _l("You were refused a page of administrators."),
    EventKind.LIMIT_REACHED: _l("A network made too many requests and was told to wait."),
    EventKind.EVENTS_EXPORTED: _l("You downloaded events of this portal."),
    EventKind.MAILS_HELD_BACK: _l(
        "Emails to your address were held back for an hour, since many had been asked for."
    ),
    EventKind.MAIL_HURRIED: _l("You sent a waiting email at once."),
    EventKind.MAIL_DELETED: _l("You deleted a waiting email."),
    EventKind.MAIL_TESTED: _l("You sent a test email, or tried to."),
}

# What "You …" says, but the operator or an administrator may have done for the person.
DONE_FOR_OTHERS = (
    EventKind.CLIENT_REGISTERED,
    EventKind.CLIENT_CHANGED,
    EventKind.CLIENT_DELETED,
    EventKind.SECRET_ADDED,
    EventKind.SECRET_REVOKED,
    EventKind.SECRET_REVEALED,
    EventKind.SECRET_ROTATED,
)

# What an event is about, where it says so: an app, a field, an address.
TOLD = (
    "name",
    "client",
    "app",
    "client_name",
    "email",
    "team",
    "scope",
    "device",
    "path",
    "network",
    "reason",
)

WARNINGS = (
    EventKind.SIGN_IN_REFUSED,
    EventKind.SIGN_IN_PAUSED,
    EventKind.CODE_REFUSED,
    EventKind.TOTP_REMOVED,
    EventKind.RECOVERY_CODE_USED,
    EventKind.FACTORS_RESET,
    EventKind.SESSION_COPIED,
    EventKind.PASSKEY_REFUSED,
    EventKind.PASSKEY_COPIED,
    EventKind.NETWORK_PAUSED,
    EventKind.LIMIT_REACHED,
    EventKind.TOKENS_REPLAYED,
    EventKind.MAILS_HELD_BACK,
    EventKind.RECOVERY_BEGUN,
    EventKind.RECOVERY_COMPLETED,
    EventKind.EMAIL_RESTORED,
    EventKind.EMAIL_LOST,
    EventKind.USER_BLOCKED,
    EventKind.CLIENT_DISABLED,
)


@dataclass(frozen=True)
class Told:
    """An event as the person reads it."""

    at: datetime
    ip: str | None
    sentence: str
    about: str | None
    """The name of what it happened to, such as an app's."""
    is_warning: bool


def tell(event: Event) -> Told:
    """``event`` in the reader's language; the bare kind where nobody has found words yet."""
    return Told(
        at=event.at,
        ip=event.ip,
        sentence=_sentence(event),
        about=about(event),
        is_warning=event.kind in WARNINGS,
    )


def _sentence(event: Event) -> str:
    if event.kind in DONE_FOR_OTHERS and event.actor_id != event.user_id:
        return kind_in_words(event.kind)
    return said_of_team(event) or str(WORDS.get(event.kind, event.kind))


def about(event: Event) -> str | None:
    """The name of what it happened to, where the event says so."""
    details = json.loads(event.details)
    return next((str(details[name]) for name in TOLD if details.get(name)), None)
