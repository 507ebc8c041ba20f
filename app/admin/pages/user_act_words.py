"""The words of acts on people's accounts."""

from flask_babel import lazy_gettext as _l

from .acts import Act

BLOCK = Act(
    _l("Block %(name)s?"),
    _l(
        "Every device of this person is signed out and every token of theirs stops working at once. They cannot sign in until the account is unblocked; nothing is deleted."
    ),
    _l("Block account"),
    _l("%(name)s is blocked."),
    grave=True,
)
UNBLOCK = Act(
    _l("Unblock %(name)s?"),
    _l("This person can sign in again. What blocking ended stays ended."),
    _l("Unblock account"),
    _l("%(name)s can sign in again."),
)
CONFIRM_EMAIL = Act(
    _l("Confirm %(name)s?"),
    _l(
        "Apps are told that this address belongs to the person. Confirm it only if you know that from elsewhere."
    ),
    _l("Confirm email address"),
    _l("%(name)s is confirmed."),
)
END_SESSIONS = Act(
    _l("Sign %(name)s out everywhere?"),
    _l("Every browser in which this person is signed in asks for the password again. Connected apps go on."),
    _l("Sign out on all devices"),
    _l("%(name)s is signed out on all devices."),
)
PASSWORD_LINK = Act(
    _l("Send %(name)s a link for a new password?"),
    _l(
        "It goes to the person's email address, in their language, works once and within seven days. Until it is used the password stays as it is."
    ),
    _l("Send link"),
    _l("The link for %(name)s is on its way."),
)
REMOVE_PICTURE = Act(
    _l("Remove the picture of %(name)s?"),
    _l(
        "Pages here and apps no longer show it; browsers and apps that have seen it may keep it for a day. The person reads under “Activity” that an administrator removed it, and may choose another one."
    ),
    _l("Remove picture"),
    _l("The picture of %(name)s is removed."),
)
APPOINT = Act(
    _l("Make %(name)s an administrator?"),
    _l(
        "Administrators can block and delete every account and app, replace the signing keys and appoint others."
    ),
    _l("Make administrator"),
    _l("%(name)s is an administrator now."),
)
DISMISS = Act(
    _l("Let %(name)s be an administrator no longer?"),
    _l("The account stays as it is and loses the pages of the administration at once."),
    _l("Dismiss administrator"),
    _l("%(name)s is no longer an administrator."),
    grave=True,
)
DELETE = Act(
    _l("Delete %(name)s?"),
    _l(
        "Name, addresses, password, devices and connected apps are erased, and the person's own apps with them. This cannot be undone."
    ),
    _l("Delete account"),
    _l("The account %(name)s is deleted."),
    grave=True,
)
