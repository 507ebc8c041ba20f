"""Why a request for single claims did not lead to what it asks for."""

from flask_babel import lazy_gettext as _l

from .cause import Cause

_APP_MISTAKE = _l("The app sent you here with a request that cannot work. Only its developers can fix this.")

CLAIMS_MALFORMED = Cause(
    "claims_malformed",
    "invalid_request",
    400,
    "The parameter claims must be a JSON object as in OpenID Connect Core section 5.5.",
    _APP_MISTAKE,
    _l(
        "The parameter claims is not as OpenID Connect Core section 5.5 describes it. The mistake is at %(where)s."
    ),
    _l(
        "Send a JSON object with the members userinfo and id_token, URL-encoded. Each names claims, with null or an object "
        "of essential (true or false), value or values (a list)."
    ),
)
CLAIMS_TOO_LONG = Cause(
    "claims_too_long",
    "invalid_request",
    400,
    "The parameter claims is too long: ask for fewer claims.",
    _APP_MISTAKE,
    _l("The parameter claims has %(length)s characters; at most %(limit)s are read."),
    _l("Ask for the claims that claims_supported in the discovery document names, each once."),
)
CLAIMS_LEFT_OUT = Cause(
    "claims_left_out",
    None,
    200,
    "The request went on; claims of permissions that the client does not have are left out.",
    _l("The sign-in went on; the app asked to learn something that it may not ask for."),
    _l(
        "With the parameter claims the app asked for claims that belong to permissions it does not have: %(lacking)s. "
        "They are left out."
    ),
    _l("Add the permission to the app, or ask for these claims no longer."),
    "scopes",
)
ACR_UNMET = Cause(
    "acr_unmet",
    "unmet_authentication_requirements",
    400,
    "The person cannot sign in the way that the essential claim acr asks for.",
    _l("The app insists on a way of signing in that is not possible here, or not with this account."),
    _l(
        "With the parameter claims the app insists on one of these values of acr, and the sign-in reaches none: %(asked)s."
    ),
    _l(
        "Insist only on values of acr_values_supported in the discovery document. Where a weaker sign-in will do, ask with "
        "acr_values, and read in the claim acr how the person signed in."
    ),
)
