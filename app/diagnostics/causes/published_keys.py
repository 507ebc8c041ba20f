"""Why the keys of an app that signs could not be fetched: ``invalid_client``, as where it fails to sign.

Its server is the app's own, so a later try is no more likely to do than one with another key: decision 50.
"""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .cause import CLIENT_MEANING, INVALID_CLIENT, Cause


def _refusal(name: str, why: LazyString, fix: LazyString) -> Cause:
    return Cause(name, "invalid_client", 401, INVALID_CLIENT, CLIENT_MEANING, why, fix, "jwks_uri")


JWKS_UNREACHABLE = _refusal(
    "jwks_unreachable",
    _l("The keys of this app could not be fetched from %(address)s."),
    _l(
        "Open the address from another network: it must answer by https within 3 seconds, with status 200 and without "
        "a redirect. The portal tries again 10 seconds later."
    ),
)
JWKS_MALFORMED = _refusal(
    "jwks_malformed",
    _l("What %(address)s answers is no set of public keys that the portal can use."),
    _l(
        "Publish a JSON Web Key Set of up to 5 kB as application/json, with public keys only. "
        "The portal tries again 10 seconds later."
    ),
)
ADDRESS_NOT_PUBLIC = Cause(  # that of keys, or of the receiver of logout tokens
    "address_not_public",
    "invalid_client",
    401,
    INVALID_CLIENT,
    CLIENT_MEANING,
    _l(
        "The portal connects to addresses of the public internet only, and %(host)s is none or has one that is not."
    ),
    _l(
        "Name a host that has public addresses only, as address of the public keys or as back-channel logout URI. "
        "While you develop, whoever runs the portal may allow yours with FETCH_ALLOW."
    ),
)
