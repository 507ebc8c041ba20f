"""What the person at the browser has to do with it: they declined, or would have had to see a page."""

from flask_babel import lazy_gettext as _l

from .cause import INVALID_GRANT, Cause

_PERSON = _l(
    "The sign-in ended before the app got access. Go back to the app and start again if you want to."
)

USER_DECLINED = Cause(
    "user_declined",
    "access_denied",
    400,
    "The person did not allow the access.",
    _PERSON,
    _l("The person chose “Deny” on the consent page."),
    _l("Nothing is wrong. Offer a way back, and ask for fewer permissions if it happens often."),
)
PERSON_NOT_IN_GROUP = Cause(
    "person_not_in_group",
    "invalid_grant",
    400,
    INVALID_GRANT,
    _l(
        "This app is for certain groups of people only, and this account is in none of them. "
        "Please ask an administrator of this portal."
    ),
    _l("The person is in none of the groups that may use the app."),
    _l(
        "Nothing in the app is wrong. Administrators of this portal put people into groups, and say which groups may "
        "use the app; once the person is in one of them, the tokens they gave the app count again."
    ),
    at_authorization=("access_denied", "The person is in none of the groups that may use this client."),
)
LOGIN_REQUIRED = Cause(
    "login_required",
    "login_required",
    400,
    "Nobody is signed in, and prompt=none allows no page: send the person again without it.",
    _PERSON,
    _l("The app sent prompt=none, but nobody is signed in, or the sign-in is older than max_age."),
    _l("Send the person again without prompt=none."),
)
SECOND_FACTOR_UNPROVEN = Cause(
    "second_factor_unproven",
    "login_required",
    400,
    "The person has to prove a second factor, and prompt=none allows no page: send them again without it.",
    _PERSON,
    _l(
        "The app sent prompt=none, but the person is signed in without a second factor, or proved it longer ago than "
        "max_age allows. The app requires one, or asked for it with acr_values."
    ),
    _l("Send the person again without prompt=none."),
    "second_factor_required",
)
ANOTHER_PERSON_SIGNED_IN = Cause(
    "another_person_signed_in",
    "login_required",
    400,
    "Somebody else is signed in than id_token_hint or the claim sub names, and prompt=none allows no page.",
    _PERSON,
    _l(
        "The app sent prompt=none and named a person, by id_token_hint or a value of the claim sub, but another one is signed in."
    ),
    _l("Treat the person as signed out, and send them again without prompt=none."),
)
CONSENT_REQUIRED = Cause(
    "consent_required",
    "consent_required",
    400,
    "The person has not allowed these scopes yet, and prompt=none allows no page: send them again without it.",
    _PERSON,
    _l("The app sent prompt=none, but the person has not allowed these permissions yet: %(missing)s."),
    _l("Send the person again without prompt=none."),
)
APP_UNASSURED = Cause(
    "app_unassured",
    "interaction_required",
    400,
    "The person has to confirm each sign-in of this client, and prompt=none allows no page.",
    _PERSON,
    _l(
        "The app sent prompt=none, but it is a public app on a device, and any program there could pretend to be it. "
        "So the person confirms each of its sign-ins."
    ),
    _l("Send the person again without prompt=none, and keep the refresh token instead of asking anew."),
    "client_type",
)
ACCOUNT_SELECTION_REQUIRED = Cause(
    "account_selection_required",
    "account_selection_required",
    400,
    "Several accounts are signed in and the request does not say which one, and prompt=none allows no page.",
    _PERSON,
    _l(
        "The app sent prompt=none. Several accounts are signed in in this browser, the app names none of those that "
        "have let it in, and it was used with none of them here."
    ),
    _l("Send the person again without prompt=none, or name the account with id_token_hint or login_hint."),
)
TEAM_UNCLEAR = Cause(
    "team_unclear",
    "interaction_required",
    400,
    "The person allows this client something for more than one team, and prompt=none allows no page that asks which.",
    _PERSON,
    _l(
        "The app sent prompt=none and the scope teams. The person gave it access more than once, for themselves and for "
        "teams or for several teams, and the request does not say which of them it means."
    ),
    _l(
        "Name the team with an ID token of it as id_token_hint, or keep the refresh token of each. "
        "To let the person choose, send them again without prompt=none."
    ),
)
EMAIL_UNCONFIRMED = Cause(
    "email_unconfirmed",
    None,
    200,
    "The claims email and email_verified are left out: the person has not confirmed the address.",
    _l("The app gets no email address until you have confirmed yours."),
    _l(
        "The person allows the app to see the email address, but has not confirmed it. Anybody could have entered it, "
        "so the claims email and email_verified are left out."
    ),
    _l(
        "Know people by sub. Once the address is confirmed, userinfo tells it. Where the app needs it earlier, "
        "administrators can let an app that they stand for learn unconfirmed addresses."
    ),
)
