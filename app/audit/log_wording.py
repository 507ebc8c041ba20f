"""Events in plain words, for administrators: who it was stands beside."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from .events import EventKind

AREAS: Mapping[str, LazyString] = {
    "account": _l("Accounts"),
    "authentication": _l("Sign-ins"),
    "consent": _l("Access of apps"),
    "clients": _l("Apps"),
    "teams": _l("Teams"),
    "groups": _l("Groups"),
    "scopes": _l("Permissions"),
    "oauth": _l("Tokens and keys"),
    "requests": _l("Suspicious requests"),
    "audit": _l("Event log"),
    "notifications": _l("Emails"),
}

LOG_WORDS: Mapping[str, LazyString] = {
    EventKind.USER_REGISTERED: _l("Account created"),
    EventKind.USER_CREATED: _l("Account created by an administrator"),
    EventKind.USER_IMPORTED: _l("Account imported"),
    EventKind.USER_BLOCKED: _l("Account blocked"),
    EventKind.USER_UNBLOCKED: _l("Account opened again"),
    EventKind.USER_DELETED: _l("Account deleted"),
    EventKind.ACCOUNT_RECLAIMED: _l("Account taken over by the owner of the mailbox"),
    EventKind.USER_INVITED: _l("Invitation made"),
    EventKind.INVITATION_REVOKED: _l("Invitation taken back"),
    EventKind.ADMINISTRATOR_SET_UP: _l("First administrator set up"),
    EventKind.ADMINISTRATOR_APPOINTED: _l("Administrator appointed"),
    EventKind.ADMINISTRATOR_DISMISSED: _l("Administrator dismissed"),
    EventKind.PROFILE_CHANGED: _l("Profile changed"),
    EventKind.PICTURE_REMOVED: _l("Picture removed by an administrator"),
    EventKind.DATA_EXPORTED: _l("Own data downloaded"),
    EventKind.EMAIL_CHANGE_ASKED: _l("Change of the email address asked for"),
    EventKind.EMAIL_CHANGED: _l("Email address changed"),
    EventKind.EMAIL_RESTORED: _l("Change of the email address undone"),
    EventKind.EMAIL_LOST: _l("Email address given to another account, which confirmed it"),
    EventKind.EMAIL_VERIFIED: _l("Email address confirmed"),
    EventKind.MOBILE_VERIFIED: _l("Mobile number confirmed"),
    EventKind.EMAIL_CONFIRMED: _l("Email address confirmed by an administrator"),
    EventKind.PASSWORD_CHANGED: _l("Password changed"),
    EventKind.PASSWORD_RESET_ASKED: _l("New password asked for by email"),
    EventKind.PASSWORD_LINK_SENT: _l("Link to choose a new password sent by an administrator"),
    EventKind.PASSWORD_RESET: _l("New password chosen with a link"),
    EventKind.RECOVERY_ASKED: _l("Removal of lost second factors asked for by email"),
    EventKind.RECOVERY_BEGUN: _l("Wait before the removal of second factors began"),
    EventKind.RECOVERY_CANCELLED: _l("Removal of second factors cancelled"),
    EventKind.RECOVERY_COMPLETED: _l("Second factors removed after the wait"),
    EventKind.SIGNED_IN: _l("Signed in"),
    EventKind.SIGN_IN_REFUSED: _l("Sign-in refused"),
    EventKind.SIGN_IN_PAUSED: _l("Tries paused after wrong passwords"),
    EventKind.SESSION_COPIED: _l("Device signed out: a copy of its cookie was used"),
    EventKind.NETWORK_PAUSED: _l("Sign-ins paused from a network, after many failed ones"),
    EventKind.SIGNED_OUT: _l("Signed out"),
    EventKind.DEVICE_SIGNED_OUT: _l("Device signed out"),
    EventKind.OTHER_DEVICES_SIGNED_OUT: _l("All other devices signed out"),
    EventKind.SIGNED_OUT_EVERYWHERE: _l("Signed out on all devices by an administrator"),
    EventKind.PASSKEY_ADDED: _l("Passkey added"),
    EventKind.PASSKEY_REMOVED: _l("Passkey removed"),
    EventKind.PASSKEY_REFUSED: _l("Passkey refused: it could not be verified"),
    EventKind.PASSKEY_COPIED: _l("Passkey disabled: it seems to have been copied"),
    EventKind.CODE_REFUSED: _l("Wrong code refused, after the right password"),
    EventKind.TOTP_SET_UP: _l("Authenticator app set up"),
    EventKind.TOTP_REPLACED: _l("Authenticator app replaced"),
    EventKind.TOTP_REMOVED: _l("Authenticator app removed"),
    EventKind.RECOVERY_CODES_MADE: _l("New recovery codes made"),
    EventKind.RECOVERY_CODE_USED: _l("Recovery code used"),
    EventKind.FACTORS_RESET: _l("Second factors removed by an administrator"),
    EventKind.ACCESS_GIVEN: _l("Access given to an app"),
    EventKind.ACCESS_CHANGED: _l("Access of an app changed"),
    EventKind.ACCESS_WITHDRAWN: _l("App disconnected"),
    EventKind.CLIENT_REGISTERED: _l("App registered"),
    EventKind.CLIENT_CHANGED: _l("App changed"),
    EventKind.CLIENT_DISABLED: _l("App disabled"),
    EventKind.CLIENT_ENABLED: _l("App enabled"),
    EventKind.CLIENT_TRUSTED: _l("App marked as verified"),
    EventKind.CLIENT_DISTRUSTED: _l("App no longer marked as verified"),
    EventKind.CLIENT_DELETED: _l("App deleted"),
    EventKind.CLIENT_LEFT: _l("App left without an owner"),
    EventKind.CLIENT_OFFERED: _l("App offered to somebody else"),
    EventKind.OFFER_DECLINED: _l("Offer of an app declined"),
    EventKind.OFFER_WITHDRAWN: _l("Offer of an app taken back"),
    EventKind.CLIENT_HANDED_OVER: _l("App received"),
    EventKind.CLIENT_GIVEN_AWAY: _l("App handed over to somebody else"),
    EventKind.INTROSPECTION_ALLOWED: _l("App allowed to introspect everybody's access tokens"),
    EventKind.INTROSPECTION_ENDED: _l("App no longer allowed to introspect everybody's access tokens"),
    EventKind.SECRET_ADDED: _l("Secret added"),
    EventKind.SECRET_REVOKED: _l("Secret revoked"),
    EventKind.SECRET_REVEALED: _l("Secret revealed"),
    EventKind.SECRET_ROTATED: _l("Secrets replaced"),
    EventKind.REGISTRATION_TOKEN_CREATED: _l("Registration token made, with which apps register themselves"),
    EventKind.REGISTRATION_TOKEN_REVOKED: _l("Registration token ended"),
    EventKind.TEAM_CREATED: _l("Team created"),
    EventKind.TEAM_RENAMED: _l("Team renamed"),
    EventKind.TEAM_DELETED: _l("Team deleted"),
    EventKind.TEAM_MEMBER_INVITED: _l("Invited to a team"),
    EventKind.TEAM_INVITATION_REVOKED: _l("Invitation to a team taken back"),
    EventKind.TEAM_INVITATION_DECLINED: _l("Invitation to a team declined"),
    EventKind.TEAM_MEMBER_JOINED: _l("Joined a team"),
    EventKind.TEAM_MEMBER_LEFT: _l("Left a team"),
    EventKind.TEAM_MEMBER_REMOVED: _l("Removed from a team"),
    EventKind.TEAM_ROLE_CHANGED: _l("Role in a team changed"),
    EventKind.TEAM_INHERITED: _l("Made an owner of a team, since no other could sign in"),
    EventKind.GROUP_CREATED: _l("Group created"),
    EventKind.GROUP_CHANGED: _l("Group changed"),
    EventKind.GROUP_DELETED: _l("Group deleted"),
    EventKind.GROUP_MEMBER_ADDED: _l("Added to a group by an administrator"),
    EventKind.GROUP_MEMBER_REMOVED: _l("Taken out of a group by an administrator"),
    EventKind.SCOPE_CREATED: _l("Permission created"),
    EventKind.SCOPE_CHANGED: _l("Permission changed"),
    EventKind.SCOPE_DELETED: _l("Permission deleted"),
    EventKind.SIGNED_IN_BY_APP: _l("Signed in by an app with the password"),
    EventKind.DEVICE_ALLOWED: _l("App on a device connected by its code"),
    EventKind.DEVICE_DECLINED: _l("App on a device declined"),
    EventKind.KEY_ROTATED: _l("Signing keys replaced"),
    EventKind.ENCRYPTION_ROTATED: _l("Encryption secret replaced"),
    EventKind.TOKENS_REPLAYED: _l("Access ended: an old token was used again"),
    EventKind.TOKENS_REVOKED: _l("Access given back by the app"),
    EventKind.FORM_REFUSED: _l("Form refused: sent by another site, or without its CSRF token"),
    EventKind.ADMINISTRATION_REFUSED: _l("Page of administrators refused to somebody else"),
    EventKind.LIMIT_REACHED: _l("Too many requests from a network"),
    EventKind.EVENTS_EXPORTED: _l("Events downloaded"),
    EventKind.MAILS_HELD_BACK: _l("Emails to one address held back"),
    EventKind.MAIL_HURRIED: _l("Waiting email sent at once"),
    EventKind.MAIL_DELETED: _l("Waiting email deleted"),
    EventKind.MAIL_TESTED: _l("Test email sent, or tried"),
}


def kind_in_words(kind: str) -> str:
    """What happened, without saying who; the bare kind where nobody has found words yet."""
    return str(LOG_WORDS.get(kind, kind))


def area_in_words(area: str) -> str:
    """A group of kinds, as a heading."""
    return str(AREAS.get(area, area))


def kinds_by_area() -> dict[str, list[EventKind]]:
    """Every kind there is, grouped by its area, in the order of :class:`EventKind`."""
    groups: dict[str, list[EventKind]] = {}
    for kind in EventKind:
        groups.setdefault(kind.partition(".")[0], []).append(kind)
    return groups
