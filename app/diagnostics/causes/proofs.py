"""Why a DPoP proof was refused, or a token without one."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .cause import INVALID_GRANT, Cause

_MEANING = _l(
    "The app could not prove that it holds the key which its access belongs to. "
    "Try again; if it keeps happening, tell the people who run the app."
)


def _refusal(name: str, public: str, why: LazyString, fix: LazyString, setting: str | None = None) -> Cause:
    return Cause(name, "invalid_dpop_proof", 400, public, _MEANING, why, fix, setting)


DPOP_PROOF_MISSING = _refusal(
    "dpop_proof_missing",
    "A DPoP proof is needed: send it in the DPoP header, signed with the key that the request is bound to.",
    _l("The request carried no DPoP proof."),
    _l(
        "Sign a proof for every request with the same key and send it in the header “DPoP” (RFC 9449). Where the app "
        "can do without, switch the requirement off on its edit page; what is bound to a key already stays bound."
    ),
    "dpop_required",
)
DPOP_PROOF_MALFORMED = _refusal(
    "dpop_proof_malformed",
    "The DPoP header holds no valid proof: see RFC 9449, section 4.2.",
    _l("The DPoP proof is wrong in this part: %(part)s."),
    _l(
        "Send one JWT with typ dpop+jwt, an alg that discovery lists in dpop_signing_alg_values_supported, the public "
        "key as jwk, the claims jti, htm, htu and iat, and, beside an access token, ath; sign it with that key."
    ),
)
DPOP_PROOF_WRONG_TARGET = _refusal(
    "dpop_proof_wrong_target",
    "The DPoP proof was made for another request: htm, htu and ath must be those of this one.",
    _l("The DPoP proof was made for another request: its %(claim)s is %(sent)s, expected was %(expected)s."),
    _l(
        "Make a new proof for each request: htm is its method, htu the public address of the portal with the path, "
        "ath the SHA-256 of the access token that goes along."
    ),
)
DPOP_PROOF_TOO_OLD = _refusal(
    "dpop_proof_too_old",
    "The DPoP proof was not made just now: check the clock, and make a proof for each request.",
    _l(
        "The app says that it made the DPoP proof %(made_at)s, which is %(seconds)s seconds before the portal's clock "
        "(a negative number: after it). Up to %(before)s before and %(after)s after are accepted, and exp and nbf count."
    ),
    _l("Set the clock of the machine by NTP, and make each proof right before it is sent."),
)
DPOP_PROOF_REPLAYED = _refusal(
    "dpop_proof_replayed",
    "The DPoP proof was used before: make a new one, with a jti of its own, for each request.",
    _l("The same DPoP proof (its key and its jti) had been used already."),
    _l(
        "Make a new proof with a new random jti for each request, repeated ones included. If the app did not send it "
        "twice, somebody on the way may have copied it."
    ),
)
DPOP_KEY_DIFFERS = Cause(
    "dpop_key_differs",
    "invalid_grant",
    400,
    INVALID_GRANT,
    _MEANING,
    _l(
        "The DPoP proof was made with the key %(sent)s; the key it is bound to is %(expected)s (thumbprints)."
    ),
    _l(
        "Use one key from the authorization request to the last use of its tokens, and keep it beside the refresh "
        "token. If the key is lost, send the person through the authorization endpoint again."
    ),
)
DPOP_NONCE_WANTED = Cause(
    "dpop_nonce_wanted",
    "use_dpop_nonce",
    400,
    "The DPoP proof must repeat the value of the DPoP-Nonce header of this answer as its claim nonce.",
    _l("The portal asked the app to prove again, just now, that it holds its key. Apps do so by themselves."),
    _l(
        "This portal wants a nonce of its own in DPoP proofs, and the proof had none or one that had expired."
    ),
    _l(
        "Harmless if the app asked again at once. Else take the value of the header DPoP-Nonce, also of successful "
        "answers, into the claim nonce of the next proof."
    ),
)
